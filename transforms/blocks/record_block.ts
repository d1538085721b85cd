// A block of records, as it was read: one Beam element that holds a thousand of them.
import { ByteColumn } from "../../storage";
import { BytesCoder } from "./coder";

/** Records read together from one file. */
export interface RecordBlock {
  /** The file that they are from; empty for records that are from none. */
  file: string;
  /** One compact JSON text a record. */
  records: ByteColumn;
  /** Of each record, the number of its line (from 1) and the byte at which the line starts. */
  lines: Float64Array;
  offsets: Float64Array;
}

/** A block of JSON values that come from no file, for pipelines that have records of their own. */
export function recordBlock(values: Iterable<unknown>): RecordBlock {
  const records = ByteColumn.of(Array.from(values, (value) => JSON.stringify(value)));
  const lines = Float64Array.from(records.ends, (_, i) => i + 1);
  return { file: "", records, lines, offsets: Float64Array.from(records.ends, (_, i) => records.start(i)) };
}

/** Layout (little endian): file as a column of one text, records as a column, then lines and offsets as doubles. */
export const recordBlockCoder = new BytesCoder<RecordBlock>(
  "beam-predict:coder:record_block:v1",
  encode,
  decode,
);

function encode({ file, records, lines, offsets }: RecordBlock): Buffer {
  const name = ByteColumn.of([file]);
  const out = Buffer.allocUnsafe(name.encodedLength + records.encodedLength + 16 * records.length);
  let at = records.write(out, name.write(out, 0));
  for (const line of lines) at = out.writeDoubleLE(line, at);
  for (const offset of offsets) at = out.writeDoubleLE(offset, at);
  return out;
}

function decode(bytes: Buffer): RecordBlock {
  const name = ByteColumn.read(bytes, 0);
  const { column: records, at } = ByteColumn.read(bytes, name.at);
  const doubles = (from: number): Float64Array =>
    Float64Array.from(records.ends, (_, i) => bytes.readDoubleLE(from + 8 * i));
  return {
    file: name.column.text(0),
    records,
    lines: doubles(at),
    offsets: doubles(at + 8 * records.length),
  };
}
