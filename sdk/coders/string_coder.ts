// Texts in UTF-8. The SDK's coder loses a byte order mark at the start and puts U+FFFD in the place of what is no UTF-8.
import { isUtf8 } from "node:buffer";
import { Context } from "apache-beam/coders/coders";
import { utf8, writeRaw } from "./bytes";
import type { Codec } from "./coder";
import { ElementDecodingError, ElementEncodingError } from "./errors";

/** Shorter texts are written faster by protobufjs, which is JavaScript, than by calling out of it. */
const SHORT = 24;

const REPLACEMENT = "\ufffd";

export const string: Codec<string> = {
  encode(text, writer, context) {
    if (typeof text !== "string")
      throw new ElementEncodingError(
        `A ${typeof text} is no text, which the coder of this PCollection takes.`,
      );
    if (!text.isWellFormed())
      throw new ElementEncodingError(
        "A text with half of a surrogate pair can't be written in UTF-8, which the coder of this PCollection does.",
      );
    if (context === Context.wholeStream) writeRaw(writer, Buffer.from(text, "utf8"));
    else if (text.length < SHORT) writer.string(text);
    else writer.bytes(Buffer.from(text, "utf8"));
  },
  decode(reader, context) {
    const length = context === Context.wholeStream ? reader.len - reader.pos : reader.uint32();
    const start = reader.pos;
    const text = utf8(reader, length);
    if (text.includes(REPLACEMENT)) check(reader.buf.subarray(start, start + length));
    return text;
  },
};

/** U+FFFD stands in a text that has it, and in the place of what is no UTF-8. */
function check(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new ElementDecodingError("A text is not in UTF-8.");
}
