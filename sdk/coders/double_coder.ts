// Doubles. The SDK's coder copies the whole message for each one that it decodes, and makes NaN of what is no number.
import { skip, writeWith } from "./bytes";
import type { Codec } from "./coder";
import { ElementEncodingError } from "./errors";

const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);

function put(value: number, buffer: Uint8Array, at: number): void {
  scratch.setFloat64(0, value);
  buffer.set(scratchBytes, at);
}

export const double: Codec<number> = {
  encode(value, writer) {
    if (typeof value !== "number")
      throw new ElementEncodingError(
        `A ${typeof value} is no number, which the coder of this PCollection takes.`,
      );
    writeWith(writer, put, 8, value);
  },
  decode(reader) {
    const start = skip(reader, 8);
    for (let i = 0; i < 8; i++) scratchBytes[i] = reader.buf[start + i];
    return scratch.getFloat64(0);
  },
};
