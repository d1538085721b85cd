// Parquet files in tests: in memory, read as a whole, written from texts, put together from segments.
import { ByteColumn } from "../../storage/byte_column";
import type { Segment, ShardSource } from "../../storage/file_systems/staged_output";
import { type ByteRange, type InputFile, READING_DEFAULTS } from "../../storage/formats/input_format";
import type { Column } from "../../storage/formats/output_format";
import { parquetInput, parquetOutput } from "../../storage/formats/parquet";
import type { RecordBatch } from "../../storage/formats/record_batch";

/** A file whose bytes come in small chunks, with a list of what was read. */
export function fileOf(bytes: Buffer, name = "data.parquet"): InputFile & { reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    name,
    size: bytes.length,
    reads,
    async *read(start: number, end: number): AsyncGenerator<Buffer> {
      reads.push([start, end]);
      for (let at = start; at < Math.min(end, bytes.length); at += 1000) {
        yield bytes.subarray(at, Math.min(at + 1000, end));
      }
    },
  };
}

export async function batchesOf(
  bytes: Buffer,
  options: Partial<typeof READING_DEFAULTS> = {},
  range: ByteRange = { start: 0, end: Infinity },
): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  for await (const batch of parquetInput.read(fileOf(bytes), range, { ...READING_DEFAULTS, ...options })) {
    expect([batch.numbers.length, batch.offsets.length]).toEqual([
      batch.records.length,
      batch.records.length,
    ]);
    expect(batch.offsets.every(Number.isNaN)).toBe(true);
    batches.push(batch);
  }
  return batches;
}

/** The texts of all rows of a file without unreadable ones. */
export async function textsOf(...args: Parameters<typeof batchesOf>): Promise<string[]> {
  const batches = await batchesOf(...args);
  expect(batches.flatMap(({ unreadable }) => unreadable)).toEqual([]);
  return batches.flatMap(({ records }) => records.texts());
}

/** A file of records and predictions, given in batches. */
export async function written(
  columns: readonly Column[],
  batches: readonly (readonly [record: string, prediction: string])[][],
): Promise<Buffer> {
  const layout = { join: "input", predictionPrefix: "", predictionFields: [], columns } as const;
  const encoder = parquetOutput.encoder(layout, "job");
  const parts = [encoder.header()];
  for (const rows of batches) {
    const records = ByteColumn.of(rows.map(([record]) => record));
    const predictions = ByteColumn.of(rows.map(([, prediction]) => prediction));
    parts.push(await encoder.encode({ records, predictions }));
  }
  return Buffer.concat([...parts, await encoder.finish()]);
}

/** The file that several are merged to. */
export async function merged(files: readonly Buffer[]): Promise<Buffer> {
  const shards = files.map((bytes, i): ShardSource => ({
    ...fileOf(bytes),
    path: `${i}`,
    size: bytes.length,
  }));
  const segments: Segment[] = await parquetOutput.merge!(shards);
  return Buffer.concat(
    segments.map((segment) =>
      Buffer.isBuffer(segment) ? segment : files[Number(segment.shard)].subarray(segment.start, segment.end),
    ),
  );
}
