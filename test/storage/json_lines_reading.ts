// Reading JSON lines in tests: from chunks in memory, with all batches taken together.
import {
  JSON_LINES_DEFAULTS,
  readJsonLines,
  type JsonLinesOptions,
  type LineBatch,
  type UnreadableLine,
} from "../../storage/json_lines";

export async function* stream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Promise.resolve(chunk);
}

export async function batchesOf(
  chunks: readonly Buffer[],
  options: Partial<JsonLinesOptions>,
): Promise<LineBatch[]> {
  const batches: LineBatch[] = [];
  for await (const batch of readJsonLines(stream(chunks), { ...JSON_LINES_DEFAULTS, ...options }))
    batches.push(batch);
  return batches;
}

export interface Lines {
  records: { text: string; line: number; offset: number }[];
  unreadable: UnreadableLine[];
  blank: number;
  bytes: number;
}

export function joined(batches: readonly LineBatch[]): Lines {
  const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    records: batches.flatMap(({ records, lines, offsets }) => {
      expect([lines.length, offsets.length]).toEqual([records.length, records.length]);
      return records.texts().map((text, i) => ({ text, line: lines[i], offset: offsets[i] }));
    }),
    unreadable: batches.flatMap(({ unreadable }) => unreadable),
    blank: sum(batches.map(({ blank }) => blank)),
    bytes: sum(batches.map(({ bytes }) => bytes)),
  };
}

export async function read(file: string | Buffer, options: Partial<JsonLinesOptions> = {}): Promise<Lines> {
  return joined(await batchesOf([Buffer.from(file as string)], options));
}

/** The file cut at some positions. */
export function cut(file: Buffer, positions: readonly number[]): Buffer[] {
  const ends = [...positions.map((at) => at % (file.length + 1)), file.length].sort((a, b) => a - b);
  return ends.map((end, i) => Buffer.from(file.subarray(i === 0 ? 0 : ends[i - 1], end)));
}

export const BOM = "\ufeff";
