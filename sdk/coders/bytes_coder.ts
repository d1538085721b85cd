// Bytes. The SDK's coder copies them one by one where no length is before them, takes texts for base64, and gives fewer bytes
// than the length says, without a word, where they are cut off. What this one decodes is a view of the message, and no Buffer.
import { Context } from "apache-beam/coders/coders";
import { view, writeRaw } from "./bytes";
import type { Codec } from "./coder";
import { ElementEncodingError } from "./errors";

export const bytes: Codec<Uint8Array> = {
  encode(value, writer, context) {
    // The SDK's direct runner gives an impulse as an empty text.
    if (value.BYTES_PER_ELEMENT !== 1 && value.length !== 0)
      throw new ElementEncodingError(
        `A ${typeof value} is no Uint8Array, which the coder of this PCollection takes.`,
      );
    if (context === Context.wholeStream) writeRaw(writer, value);
    else writer.bytes(value);
  },
  decode: (reader, context) =>
    view(reader, context === Context.wholeStream ? reader.len - reader.pos : reader.uint32()),
};
