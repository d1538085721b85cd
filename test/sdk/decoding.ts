// Decodes bytes as they come in a message: in the middle of a larger buffer, and of elements before and behind them.
import { deepStrictEqual } from "node:assert";
import { Context, type Coder } from "apache-beam/coders/coders";
import { Reader, Writer } from "protobufjs";

/** Decodes one element of several; it must end where its bytes do. */
export function decodeAmongOthers<T>(coder: Coder<T>, bytes: Uint8Array): T {
  const message = Buffer.concat([Buffer.alloc(3, 0xee), bytes, Buffer.alloc(5, 0xdd)]);
  const reader = Reader.create(message.subarray(1));
  reader.pos = 2;
  const value = coder.decode(reader, Context.needsDelimiters);
  expect(reader.pos).toBe(2 + bytes.length);
  return value;
}

/** Decodes an element that is all there is, from a Buffer and from an array. */
export function decodeWhole<T>(coder: Coder<T>, bytes: Uint8Array): T {
  const message = Buffer.concat([Buffer.alloc(3, 0xee), bytes, Buffer.alloc(5, 0xdd)]);
  const value = coder.decode(Reader.create(message.subarray(3, 3 + bytes.length)), Context.wholeStream);
  deepStrictEqual(coder.decode(Reader.create(Uint8Array.from(bytes)), Context.wholeStream), value);
  return value;
}

/** Encodes an element, in both contexts, and decodes it. */
export function roundTrip<T>(coder: Coder<T>, value: T): T {
  const whole = decodeWhole(coder, encode(coder, value, Context.wholeStream));
  deepStrictEqual(decodeAmongOthers(coder, encode(coder, value, Context.needsDelimiters)), whole);
  return whole;
}

export function encode<T>(coder: Coder<T>, value: T, context: Context = Context.needsDelimiters): Uint8Array {
  const writer = new Writer();
  coder.encode(value, writer, context);
  return writer.finish();
}
