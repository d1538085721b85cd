// Reading CSV in tests: from files in memory, in chunks cut anywhere, with all batches taken together.
import { csvInput } from "../../storage/formats/csv";
import {
  READING_DEFAULTS,
  type ByteRange,
  type InputFile,
  type InputFormat,
  type ReadingOptions,
} from "../../storage/formats/input_format";
import type { RecordBatch, Unreadable } from "../../storage/formats/record_batch";

export const BOM = "\ufeff";

/** A file in memory whose chunks end at some positions, and every so many bytes. */
export class MemoryFile implements InputFile {
  readonly name = "memory.csv";
  readonly size: number | undefined;
  /** The bytes that were given out. */
  bytesRead = 0;
  /** The spans that were asked for. */
  readonly asked: [start: number, end: number][] = [];

  constructor(
    readonly bytes: Buffer,
    private readonly cuts: readonly number[] = [],
    private readonly chunkBytes = Infinity,
    isSizeKnown = true,
  ) {
    this.size = isSizeKnown ? bytes.length : undefined;
  }

  async *read(start: number, end: number): AsyncGenerator<Buffer> {
    this.asked.push([start, end]);
    const ends = [...this.cuts.map((at) => at % (this.bytes.length + 1)), Math.min(end, this.bytes.length)];
    let at = start;
    for (const cut of ends.sort((a, b) => a - b)) {
      while (at < cut && at < end) {
        const to = Math.min(cut, end, at + this.chunkBytes);
        this.bytesRead += to - at;
        yield Promise.resolve(Buffer.from(this.bytes.subarray(at, to)));
        at = to;
      }
    }
  }
}

/** What a row was, and where. */
export interface Seen {
  records: { text: string; number: number; offset: number }[];
  unreadable: Unreadable[];
  blank: number;
}

export async function batchesOf(
  file: InputFile,
  range: ByteRange,
  options: Partial<ReadingOptions> = {},
  format: InputFormat = csvInput,
): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  for await (const batch of format.read(file, range, { ...READING_DEFAULTS, ...options }))
    batches.push(batch);
  return batches;
}

export function joined(batches: readonly RecordBatch[]): Seen {
  return {
    records: batches.flatMap(({ records, numbers, offsets }) => {
      expect([numbers.length, offsets.length]).toEqual([records.length, records.length]);
      return records.texts().map((text, i) => ({ text, number: numbers[i], offset: offsets[i] }));
    }),
    unreadable: batches.flatMap(({ unreadable }) => unreadable),
    blank: batches.reduce((sum, { blank }) => sum + blank, 0),
  };
}

/** All of a file. */
export async function read(
  file: string | Buffer | InputFile,
  options: Partial<ReadingOptions> = {},
  format: InputFormat = csvInput,
): Promise<Seen> {
  const input =
    typeof file === "string" || Buffer.isBuffer(file) ? new MemoryFile(Buffer.from(file as string)) : file;
  const range = { start: 0, end: input.size ?? Infinity, first: 1 };
  return joined(await batchesOf(input, range, options, format));
}

/** The ranges that a file is cut into. */
export async function rangesOf(
  file: InputFile,
  size: number,
  options: Partial<ReadingOptions> = {},
  format: InputFormat = csvInput,
): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for await (const range of format.split!(file, size, { ...READING_DEFAULTS, ...options }))
    ranges.push(range);
  return ranges;
}

/** All of a file, range by range. */
export async function readSplit(
  file: InputFile,
  size: number,
  options: Partial<ReadingOptions> = {},
  format: InputFormat = csvInput,
): Promise<Seen> {
  const batches: RecordBatch[] = [];
  for (const range of await rangesOf(file, size, options, format)) {
    batches.push(...(await batchesOf(file, range, options, format)));
  }
  return joined(batches);
}

/** The records as values. */
export const values = ({ records }: Seen): unknown[] =>
  records.map(({ text }) => JSON.parse(text) as unknown);
