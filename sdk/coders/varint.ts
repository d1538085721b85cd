// Whole numbers of 64 bits as varints. The SDK's coder cuts them to 32: 1.7e12 comes out as -807049216.
import { skip } from "./bytes";
import type { Codec, Reader, Writer } from "./coder";
import { ElementDecodingError, ElementEncodingError } from "./errors";

/**
 * Writes a whole number of up to 64 bits.
 * @param value a BigInt where a double is not exact (beyond 2^53)
 * @throws ElementEncodingError for all else
 */
export function writeVarint(writer: Writer, value: number | bigint): void {
  if (typeof value === "number" && value >>> 0 === value) writer.uint32(value);
  else if (Number.isSafeInteger(value)) writer.int64(value as number);
  else if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) writer.int64(halves(value));
  else throw new ElementEncodingError(refusal(value));
}

/** Reads a whole number of 64 bits: a BigInt where a double would not be exact. */
export function readVarint(reader: Reader): number | bigint {
  const { buf, len } = reader;
  let at = reader.pos;
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = buf[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80 && at <= len) {
      reader.pos = at;
      return value;
    }
  }
  const byte = buf[at++];
  if (byte < 0x80 && at <= len) {
    reader.pos = at;
    return value + byte * 2 ** 28;
  }
  return readLong(reader);
}

/** Reads one of any size, in three parts. */
function readLong(reader: Reader): number | bigint {
  const parts = [0, 0, 0];
  for (let i = 0; i < 10; i++) {
    const byte = reader.buf[skip(reader, 1)];
    parts[i >> 2] |= (byte & 0x7f) << (7 * (i & 3));
    if (byte < 0x80) return fromHalves(parts[0] | (parts[1] << 28), (parts[1] >>> 4) | (parts[2] << 24));
  }
  throw new ElementDecodingError("A whole number has more than 64 bits.");
}

function fromHalves(low: number, high: number): number | bigint {
  const value = high * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** What `VarIntCoder` does. Its type says `number`, which holds wherever doubles are exact. */
export const varint = {
  encode: (value, writer) => writeVarint(writer, value),
  decode: readVarint,
} as Codec<number>;

/** A writer takes a number of 64 bits as two of 32. */
function halves(value: bigint): Parameters<Writer["int64"]>[0] {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high } as Parameters<Writer["int64"]>[0];
}

function refusal(value: unknown): string {
  if (typeof value !== "number" && typeof value !== "bigint")
    return `A ${typeof value} is no whole number, which the coder of this PCollection takes.`;
  if (Number.isInteger(value)) return `${value} may not be exact: give whole numbers beyond 2^53 as BigInts.`;
  if (typeof value === "bigint")
    return `${value} has more than the 64 bits that the coder of this PCollection takes.`;
  return `${value} is no whole number, which the coder of this PCollection takes.`;
}
