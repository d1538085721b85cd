// Reading formats in tests: a file or a range of it, with all batches taken together.
import {
  READING_DEFAULTS,
  type ByteRange,
  type InputFile,
  type InputFormat,
  type ReadingOptions,
} from "../../../storage/formats/input_format";
import type { RecordBatch, Unreadable } from "../../../storage/formats/record_batch";

export const BOM = "\ufeff";
export const WHOLE: ByteRange = { start: 0, end: Infinity };

export interface Read {
  records: { text: string; number: number; offset: number }[];
  unreadable: Unreadable[];
  blank: number;
}

export async function batchesOf(
  format: InputFormat,
  file: InputFile,
  options: Partial<ReadingOptions> = {},
  range = WHOLE,
): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  for await (const batch of format.read(file, range, { ...READING_DEFAULTS, ...options }))
    batches.push(batch);
  return batches;
}

export function joined(batches: readonly RecordBatch[]): Read {
  return {
    records: batches.flatMap(({ records, numbers, offsets }) => {
      expect([numbers.length, offsets.length]).toEqual([records.length, records.length]);
      return records.texts().map((text, i) => ({ text, number: numbers[i], offset: offsets[i] }));
    }),
    unreadable: batches.flatMap(({ unreadable }) => unreadable),
    blank: batches.reduce((sum, { blank }) => sum + blank, 0),
  };
}

export async function read(
  format: InputFormat,
  file: InputFile,
  options: Partial<ReadingOptions> = {},
  range = WHOLE,
): Promise<Read> {
  return joined(await batchesOf(format, file, options, range));
}

/** What several ranges of a file hold together. */
export function together(parts: readonly Read[]): Read {
  return {
    records: parts.flatMap(({ records }) => records),
    unreadable: parts.flatMap(({ unreadable }) => unreadable),
    blank: parts.reduce((sum, { blank }) => sum + blank, 0),
  };
}

/** The same without the numbers of lines, which are not known behind the start of a file. */
export function withoutNumbers({ records, unreadable, blank }: Read): Read {
  return {
    records: records.map((record) => ({ ...record, number: NaN })),
    unreadable: unreadable.map((one) => ({ ...one, number: NaN })),
    blank,
  };
}
