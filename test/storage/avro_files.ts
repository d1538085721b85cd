// Avro files in memory for the tests: read by this project, written by it, and written by another library.
import { once } from "node:events";
import avro from "avsc";
import { ByteColumn } from "../../storage/byte_column";
import { avroInput, avroOutput } from "../../storage/formats/avro";
import { READING_DEFAULTS, type ByteRange, type InputFile } from "../../storage/formats/input_format";
import type { Column, OutputLayout } from "../../storage/formats/output_format";
import type { Unreadable } from "../../storage/formats/record_batch";

/** What was read of a file. */
export interface ReadRows {
  texts: string[];
  numbers: number[];
  offsets: number[];
  unreadable: Unreadable[];
}

/** A file of bytes, given out in chunks of a size. */
export function memoryFile(bytes: Buffer, chunk = 1 << 16): InputFile {
  return {
    name: "rows.avro",
    size: bytes.length,
    async *read(start, end) {
      for (let at = start; at < Math.min(end, bytes.length); at += chunk) {
        yield bytes.subarray(at, Math.min(at + chunk, end, bytes.length));
      }
    },
  };
}

/** A file of which only its beginning can be read on from, as of a compressed one. */
export function streamedFile(bytes: Buffer, chunk: number): InputFile {
  const whole = memoryFile(bytes, chunk);
  return {
    name: whole.name,
    size: undefined,
    read(start, end) {
      if (start !== 0) throw new Error(`read from ${start}`);
      return whole.read(start, end);
    },
  };
}

export async function readRows(
  file: InputFile,
  range: ByteRange = { start: 0, end: file.size ?? Infinity, first: 1 },
  options = READING_DEFAULTS,
): Promise<ReadRows> {
  const rows: ReadRows = { texts: [], numbers: [], offsets: [], unreadable: [] };
  for await (const batch of avroInput.read(file, range, options)) {
    rows.texts.push(...batch.records.texts());
    rows.numbers.push(...batch.numbers);
    rows.offsets.push(...batch.offsets);
    rows.unreadable.push(...batch.unreadable);
  }
  return rows;
}

export function layoutOf(columns: readonly Column[]): OutputLayout {
  return { join: "input", predictionPrefix: "", predictionFields: [], columns };
}

/** Columns of the record's fields of these names and types. */
export function columnsOf(types: Record<string, Column["type"]>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, source: "record", field: name, type }));
}

/** A file of rows `[record, prediction]`, encoded a few at a time, as its header and the bytes behind it. */
export async function writeRows(
  columns: readonly Column[],
  rows: readonly (readonly [record: string, prediction: string])[],
  jobId = "job",
  step = 100,
): Promise<{ header: Buffer; body: Buffer; file: Buffer }> {
  const encoder = avroOutput.encoder(layoutOf(columns), jobId);
  const header = encoder.header();
  const parts: Buffer[] = [];
  for (let i = 0; i < rows.length; i += step) {
    const some = rows.slice(i, i + step);
    parts.push(
      await encoder.encode({
        records: ByteColumn.of(some.map(([record]) => record)),
        predictions: ByteColumn.of(some.map(([, prediction]) => prediction)),
      }),
    );
  }
  const body = Buffer.concat([...parts, await encoder.finish()]);
  return { header, body, file: Buffer.concat([header, body]) };
}

/** A file as avsc writes it. Values of unions are wrapped: `{ string: "a" }`. */
export async function writeWithAvsc(
  schema: unknown,
  values: readonly unknown[],
  options: { codec?: string; blockSize?: number } = {},
): Promise<Buffer> {
  const type = avro.Type.forSchema(schema as avro.Type, { wrapUnions: "always" });
  const encoder = new avro.streams.BlockEncoder(type, {
    ...options,
    writeHeader: "always",
    syncMarker: SYNC,
  });
  const chunks: Buffer[] = [];
  encoder.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (const value of values) encoder.write(value);
  encoder.end();
  await once(encoder, "end");
  return Buffer.concat(chunks);
}

/** The sync marker of files that avsc writes here. */
export const SYNC = Buffer.from("0123456789abcdef");

/** The values of a file as avsc reads it. */
export async function readWithAvsc(file: Buffer): Promise<unknown[]> {
  const decoder = new avro.streams.BlockDecoder();
  const values: unknown[] = [];
  decoder.on("data", (value: unknown) => values.push(value));
  decoder.end(file);
  await once(decoder, "end");
  return values;
}

const LONG = avro.Type.forSchema("long");

/** Avro's long, for files made by hand. */
export function long(value: number): Buffer {
  return LONG.toBuffer(value);
}

/** A file with blocks made by hand. */
export function rawFile(
  schema: unknown,
  blocks: readonly { count: number; data: Buffer; size?: number; sync?: Buffer }[],
  codec = "null",
): Buffer {
  const text = (value: string): Buffer => Buffer.concat([long(Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([
    Buffer.from("Obj\u0001"),
    long(2),
    text("avro.schema"),
    text(JSON.stringify(schema)),
    text("avro.codec"),
    text(codec),
    long(0),
    SYNC,
    ...blocks.flatMap(({ count, data, size = data.length, sync = SYNC }) => [
      long(count),
      long(size),
      data,
      sync,
    ]),
  ]);
}
