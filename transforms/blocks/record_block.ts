// A block of records, as it was read: one Beam element that holds a thousand of them.
import { ByteColumn, readNumbers, writeNumbers, type FlatNumbers } from "../../storage";
import type { KnownRecords } from "../distinct/known_records";
import { BytesCoder } from "./coder";

/** Records read together from one file. */
export interface RecordBlock {
  /** The file that they are from; empty for records that are from none. */
  file: string;
  /** What `numbers` count. */
  unit: "line" | "row";
  /** One compact JSON text a record. */
  records: ByteColumn;
  /** Of each record, the number of its line or row (from 1) and the byte at which it starts; NaN where not known. */
  numbers: Float64Array;
  offsets: Float64Array;
  /** The numbers in flat records, as long as the block stays in the process that has read it. */
  flat?: FlatNumbers;
  /** In the same process: those of whom the flat ones were looked up when they were read. */
  lookedUpIn?: KnownRecords;
}

/** A block of JSON values that come from no file, for pipelines that have records of their own. */
export function recordBlock(values: Iterable<unknown>): RecordBlock {
  const records = ByteColumn.of(Array.from(values, (value) => JSON.stringify(value)));
  const numbers = Float64Array.from(records.ends, (_, i) => i + 1);
  const offsets = Float64Array.from(records.ends, (_, i) => records.start(i));
  return { file: "", unit: "line", records, numbers, offsets };
}

/** Records of a block, copied. */
export function pickRecords(block: RecordBlock, rows: Uint32Array): RecordBlock {
  const { file, unit, records, numbers, offsets, flat } = block;
  return {
    file,
    unit,
    records: records.pick(rows),
    numbers: pick(numbers, rows),
    offsets: pick(offsets, rows),
    flat: flat?.pick(rows),
  };
}

/** Some of the numbers. */
function pick(numbers: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) picked[k] = numbers[rows[k]];
  return picked;
}

/** Layout (little endian): file and unit as a column of two texts, records as a column, numbers and offsets as doubles. */
export const recordBlockCoder = new BytesCoder<RecordBlock>(
  "beam-predict:coder:record_block:v2",
  encode,
  decode,
);

function encode({ file, unit, records, numbers, offsets }: RecordBlock): Buffer {
  const names = ByteColumn.of([file, unit]);
  const out = Buffer.allocUnsafe(names.encodedLength + records.encodedLength + 16 * records.length);
  const at = records.write(out, names.write(out, 0));
  writeNumbers(offsets, out, writeNumbers(numbers, out, at));
  return out;
}

function decode(bytes: Buffer): RecordBlock {
  const names = ByteColumn.read(bytes, 0);
  const { column: records, at } = ByteColumn.read(bytes, names.at);
  const doubles = (from: number): Float64Array => readNumbers(new Float64Array(records.length), bytes, from);
  return {
    file: names.column.text(0),
    unit: names.column.text(1) as RecordBlock["unit"],
    records,
    numbers: doubles(at),
    offsets: doubles(at + 8 * records.length),
  };
}
