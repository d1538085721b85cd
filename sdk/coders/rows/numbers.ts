// The numbers of rows that only rows have: those of 8, 16 and 32 bits.
import type { Coder } from "apache-beam/coders/coders";
import { skip, writeWith } from "../bytes";
import { innerCoder, type Writer } from "../coder";
import { ElementEncodingError } from "../errors";
import { readVarint } from "../varint";

const scratch = new DataView(new ArrayBuffer(4));
const scratchBytes = new Uint8Array(scratch.buffer);

/** A coder of whole numbers with so many bits. */
function wholeNumber(
  bits: 8 | 16 | 32,
  write: (writer: Writer, value: number) => void,
  decode: Coder<number>["decode"],
): Coder<unknown> {
  const limit = 2 ** (bits - 1);
  return innerCoder<unknown>({
    encode(value, writer) {
      if (typeof value !== "number" || !Number.isInteger(value) || value < -limit || value >= limit)
        throw new ElementEncodingError(`${String(value)} is no whole number of ${bits} bits.`);
      write(writer, value);
    },
    decode,
  });
}

export const byte = wholeNumber(
  8,
  (writer, value) => writeWith(writer, putByte, 1, value),
  (reader) => (reader.buf[skip(reader, 1)] << 24) >> 24,
);

export const int16 = wholeNumber(
  16,
  (writer, value) => writeWith(writer, putInt16, 2, value),
  (reader) => {
    const at = skip(reader, 2);
    return ((reader.buf[at] << 24) >> 16) | reader.buf[at + 1];
  },
);

/** A varint of 32 bits, not of 64: Java refuses more, so that -1 has five bytes. */
export const int32 = wholeNumber(
  32,
  (writer, value) => void writer.uint32(value),
  (reader) => Number(BigInt.asIntN(32, BigInt(readVarint(reader)))),
);

export const float: Coder<unknown> = innerCoder<unknown>({
  encode(value, writer) {
    if (typeof value !== "number") throw new ElementEncodingError(`A ${typeof value} is no number.`);
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
      throw new ElementEncodingError(`${value} is beyond the range of a float of 32 bits.`);
    writeWith(writer, putFloat, 4, value);
  },
  decode(reader) {
    const start = skip(reader, 4);
    for (let i = 0; i < 4; i++) scratchBytes[i] = reader.buf[start + i];
    return scratch.getFloat32(0);
  },
});

function putByte(value: number, buffer: Uint8Array, at: number): void {
  buffer[at] = value;
}

function putInt16(value: number, buffer: Uint8Array, at: number): void {
  buffer[at] = value >> 8;
  buffer[at + 1] = value;
}

function putFloat(value: number, buffer: Uint8Array, at: number): void {
  scratch.setFloat32(0, value);
  buffer.set(scratchBytes, at);
}
