// Decodes the values of a page, in each of Parquet's encodings.
import type { ParquetType } from "hyparquet";
import type { DataReader } from "hyparquet/src/types.js";
import type { Decoders } from "./libraries";
import { readRuns } from "./runs";

/** More miniblocks in a block are not believed: a damaged number would have that much memory taken. */
const MAX_MINIBLOCKS = 1 << 12;

/** What a page's values are. */
export interface ValueKind {
  encoding: string;
  type: ParquetType;
  /** Bytes of a value of fixed length. */
  length: number | undefined;
}

export function isDictionary(encoding: string): boolean {
  return encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY";
}

/**
 * `count` values from `bytes`; of a dictionary their places in it.
 * @throws Error when they can't be decoded
 */
export function readValues(
  decoders: Decoders,
  bytes: Buffer,
  count: number,
  { encoding, type, length }: ValueKind,
): ArrayLike<unknown> {
  if (count === 0) return [];
  if (isDictionary(encoding)) {
    const places = new Uint32Array(count);
    readRuns(bytes, 1, bytes.length, bytes[0], places);
    return places;
  }
  const reader: DataReader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  switch (encoding) {
    case "PLAIN":
      return type === "BYTE_ARRAY"
        ? plainBytes(bytes, count)
        : decoders.readPlain(reader, type, count, length);
    case "RLE": {
      if (type !== "BOOLEAN") throw new Error(`${type} in runs`);
      const values = new Uint8Array(count);
      readRuns(bytes, 4, 4 + bytes.readUInt32LE(0), 1, values);
      return values;
    }
    case "DELTA_BINARY_PACKED":
      return deltas(decoders, reader, count, type);
    case "DELTA_LENGTH_BYTE_ARRAY": {
      const lengths = deltas(decoders, reader, count, "INT32") as Int32Array;
      return cut(bytes, reader.offset, lengths);
    }
    case "DELTA_BYTE_ARRAY": {
      const shared = deltas(decoders, reader, count, "INT32") as Int32Array;
      const lengths = deltas(decoders, reader, count, "INT32") as Int32Array;
      const values = cut(bytes, reader.offset, lengths);
      for (let i = 0; i < count; i++) {
        if (shared[i] === 0) continue;
        const before = i === 0 ? 0 : values[i - 1].length;
        if (!(shared[i] > 0 && shared[i] <= before)) throw new Error("a value shares more than there is");
        values[i] = Buffer.concat([values[i - 1].subarray(0, shared[i]), values[i]]);
      }
      return values;
    }
    case "BYTE_STREAM_SPLIT":
      return decoders.byteStreamSplit(reader, count, type, length);
    default:
      throw new Error(`the encoding ${encoding} is not supported`);
  }
}

function plainBytes(bytes: Buffer, count: number): Buffer[] {
  const values = new Array<Buffer>(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const from = at + 4;
    at = from + bytes.readUInt32LE(at);
    if (at > bytes.length) throw new Error("a value ends behind its page");
    values[i] = bytes.subarray(from, at);
  }
  return values;
}

/** Values of these lengths, one after the other. */
function cut(bytes: Buffer, at: number, lengths: Int32Array): Buffer[] {
  return Array.from(lengths, (length) => {
    const from = at;
    at += length;
    if (length < 0 || at > bytes.length) throw new Error("a value ends behind its page");
    return bytes.subarray(from, at);
  });
}

function deltas(
  { deltaBinaryUnpack, readVarInt }: Decoders,
  reader: DataReader,
  count: number,
  type: ParquetType,
): Int32Array | BigInt64Array {
  const ahead = { ...reader };
  const block = readVarInt(ahead);
  const miniblocks = readVarInt(ahead);
  if (!(block > 0 && miniblocks > 0 && miniblocks <= MAX_MINIBLOCKS && block % miniblocks === 0)) {
    throw new Error(`a block of ${block} values in ${miniblocks} parts`);
  }
  const values = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
  deltaBinaryUnpack(reader, count, values);
  return values;
}
