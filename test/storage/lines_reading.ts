// Reads lines of JSON that come in chunks of so many bytes, in batches of so many records.
import { Readable } from "node:stream";
import { READING_DEFAULTS, type RecordBatch, type Sieve } from "../../storage";
import type { InputFile } from "../../storage/formats/input_format";
import { jsonLinesInput } from "../../storage/formats/json_lines";

export async function readLines(
  lines: readonly string[],
  chunk: number,
  batchSize: number,
  sieve?: Sieve,
): Promise<RecordBatch[]> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, i) =>
    bytes.subarray(i * chunk, (i + 1) * chunk),
  );
  const file: InputFile = { name: "lines", size: bytes.length, read: () => Readable.from(chunks) };
  const range = { start: 0, end: bytes.length, first: 1 };
  const batches: RecordBatch[] = [];
  for await (const batch of jsonLinesInput.read(file, range, { ...READING_DEFAULTS, batchSize, sieve }))
    batches.push(batch);
  return batches;
}
