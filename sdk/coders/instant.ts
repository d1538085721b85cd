// Timestamps: 64 bits whose order as bytes is their order in time. The SDK's coder makes five arrays of each one.
import type { Instant } from "apache-beam/values";
import { util } from "protobufjs";
import { skip, writeWith } from "./bytes";
import type { Codec } from "./coder";
import { ElementEncodingError } from "./errors";
import { int32At, putInt32 } from "./int32";

/** The SDK's numbers of 64 bits are those that protobufjs found. */
const { fromBits } = util.Long as unknown as { fromBits: (low: number, high: number) => Instant };

/** The sign's bit is turned, so that times before 1970 come first. */
const SIGN = 0x80000000;

function put({ low, high }: Instant, buffer: Uint8Array, at: number): void {
  putInt32(high ^ SIGN, buffer, at);
  putInt32(low, buffer, at + 4);
}

export const instant: Codec<Instant> = {
  encode(value, writer) {
    if (typeof value.low !== "number" || typeof value.high !== "number")
      throw new ElementEncodingError(`A timestamp must be a Long; ${String(value)} is none.`);
    writeWith(writer, put, 8, value);
  },
  decode(reader) {
    const start = skip(reader, 8);
    return fromBits(int32At(reader.buf, start + 4), int32At(reader.buf, start) ^ SIGN);
  },
};
