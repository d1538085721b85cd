// Values that may be null. The SDK's coder makes `undefined` of each null, which is another value to JSON and to `===`.
import type { Coder } from "apache-beam/coders/coders";
import type { NullableCoder } from "apache-beam/coders/standard_coders";
import type { Codec } from "./coder";

/** Where a nullable coder has the coder of its values. */
interface WithElements {
  readonly elementCoder: Coder<unknown>;
}

export const nullable: Pick<Codec<unknown>, "decode"> & ThisType<NullableCoder<unknown>> = {
  decode(reader, context) {
    const { elementCoder } = this as unknown as WithElements;
    return reader.bool() ? elementCoder.decode(reader, context) : null;
  },
};
