// The coder of JavaScript values, which PCollections have that are given no other.
//
// The SDK's cuts whole numbers to 32 bits when they stand alone or in an array, makes 0 of NaN and of infinities, null of undefined,
// an empty object of a Date and an object of a typed array. This one carries each of them, and refuses what it can't carry.
//
// A value is one byte that says what it is (`tag.ts`), then what that needs. It says itself where it ends, so it is
// the same whether something is behind it or not. Equal values have equal bytes: they may be keys. Objects are equal
// when their keys have the same order, and 0 and -0 are two keys.
import type { Codec } from "../coder";
import { readValue } from "./read";
import { writeValue } from "./write";

export const general: Codec<unknown> = {
  encode: (value, writer) => writeValue(value, writer),
  decode: (reader) => readValue(reader),
};
