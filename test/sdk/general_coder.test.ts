// The coder of JavaScript values: what goes in comes out, and what can't is refused.
import "../../sdk";
import { deepStrictEqual } from "node:assert";
import { inspect } from "node:util";
import { Context, globalRegistry } from "apache-beam/coders/coders";
import { GeneralObjectCoder } from "apache-beam/coders/js_coders";
import { GlobalWindow } from "apache-beam/values";
import fc from "fast-check";
import { Writer } from "protobufjs";
import { decodeAmongOthers, encode, roundTrip } from "./decoding";
import { long } from "./standard_vectors";

const coder = new GeneralObjectCoder<unknown>();

/** Unlike Jest's, this equality knows -0, holes, prototypes and the members of typed arrays. */
function survives(value: unknown): void {
  deepStrictEqual(roundTrip(coder, value), value);
}

function hex(value: unknown): string {
  return Buffer.from(encode(coder, value)).toString("hex");
}

/** Without invalid dates, no two of which are equal to Node. */
const values = fc
  .anything({
    maxDepth: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
    withObjectString: true,
  })
  .filter((value) => !inspect(value, { depth: null, maxArrayLength: null }).includes("Invalid Date"));

test("values of any kind survive, alone and among others", () => {
  fc.assert(fc.property(values, survives), { numRuns: 500 });
});

test("numbers of any kind survive: alone, in arrays, in objects and as keys", () => {
  const numbers = fc.oneof(
    fc.double(),
    fc.maxSafeInteger(),
    fc.integer(),
    fc.bigInt(),
    fc.constantFrom(
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 32,
      1.7e12,
      2 ** 53,
      -(2 ** 53),
      5e-324,
    ),
  );
  fc.assert(
    fc.property(numbers, (number) => {
      survives(number);
      survives([number, [number]]);
      survives({ number, in: { it: number } });
      survives(new Map([[number, number]]));
    }),
    { numRuns: 300 },
  );
});

test("texts survive, with halves of surrogate pairs and byte order marks among them, also as keys", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.constantFrom("\ud800", "a\udc00b", "\ufeffmark", "__proto__", "constructor", ""),
  );
  fc.assert(
    fc.property(texts, (text) => {
      survives(text);
      survives({ ["x" + text]: text });
      survives(JSON.parse(`{${JSON.stringify(text)}: 1}`));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["a Uint8Array", Uint8Array.of(1, 2, 255)],
  ["a Buffer", Buffer.from("bytes")],
  ["an ArrayBuffer", Uint8Array.of(1, 2, 3).buffer],
  ["a DataView", new DataView(Uint8Array.of(0, 1, 2, 3).buffer, 1, 2)],
  ["a part of a Float32Array", new Float32Array([1, -0, NaN, Infinity]).subarray(1)],
  ["a BigInt64Array", BigInt64Array.of(-(2n ** 63n), 1n)],
  ["a Date", new Date(1.7e12)],
  ["the earliest timestamp", long(-(2n ** 63n))],
  ["a duration", long(-5n)],
  ["an unsigned number of 64 bits", long(-1n).toUnsigned()],
  ["an array with holes", Object.assign(new Array<unknown>(5), { 3: undefined, 1: null })],
  ["an empty array with a length", new Array(3)],
  ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
  [
    "keys with one spelling",
    new Map<unknown, unknown>([
      ["1", 1],
      [1, "1"],
      [1n, true],
      [null, undefined],
    ]),
  ],
])("%s survives", (_, value) => {
  survives(value);
  survives([value, { value }]);
});

test("a Date that is none stays one", () => {
  const decoded = decodeAmongOthers(coder, encode(coder, new Date(NaN)));
  expect(decoded).toBeInstanceOf(Date);
  expect(Number(decoded)).toBeNaN();
});

test("equal values have equal bytes, others have others: they are keys", () => {
  fc.assert(
    fc.property(values, (value) => {
      const decoded = decodeAmongOthers(coder, encode(coder, value));
      expect(hex(decoded)).toBe(hex(value));
    }),
  );
  const others = [
    0,
    -0,
    1,
    "1",
    1n,
    true,
    [1],
    { 1: 1 },
    null,
    undefined,
    NaN,
    "",
    [],
    {},
    new Set(),
    new Map(),
    [undefined],
    new Array(1),
  ];
  expect(new Set(others.map(hex)).size).toBe(others.length);
});

test("what is refused is named by its path", () => {
  class Point {
    x = 1;
  }
  const refusal = (value: unknown): string => {
    try {
      coder.encode(value, new Writer(), Context.needsDelimiters);
    } catch (error) {
      expect(error).toMatchObject({ name: "ElementEncodingError", code: "CANNOT_ENCODE" });
      return (error as Error).message;
    }
    throw new Error("It was encoded.");
  };
  expect(refusal({ points: [{}, { at: new Point() }] })).toContain(
    'element["points"][1]["at"] is an instance of Point. Beam\'s general coder carries plain data',
  );
  expect(refusal(refusal)).toContain("element is a function ('refusal')");
  expect(refusal(new Map([[1, Symbol("s")]]))).toContain("element[0] is a symbol");
  expect(refusal(new Set([1, /x/]))).toContain("element[1] is an instance of RegExp");
  expect(refusal({ [Symbol("s")]: 1 })).toContain("element is an object with symbols for keys");
});

test.each([
  ["a boxed number", Object(1) as object],
  ["a promise", Promise.resolve(1)],
  ["an error", new Error("no")],
  ["a weak map", new WeakMap()],
  ["a window", new GlobalWindow()],
  ["a generator", (function* () {})()],
  ["an array of a class of its own", new (class Rows extends Array<number> {})()],
  ["bytes of a class of their own", new (class Pixels extends Uint8Array {})()],
  ["a map of a class of its own", new (class Cache extends Map {})()],
  ["an object that inherits", Object.create({ a: 1 }) as object],
  ["memory that threads share", new SharedArrayBuffer(2)],
])("%s is refused", (_, value) => {
  expect(() => encode(coder, { value })).toThrow(/element\["value"\] is an instance of/);
});

test("what contains itself, or is nested without end, is refused", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  expect(() => encode(coder, loop)).toThrow(/nested more than 1000 deep; it may contain itself/);
  let deep: unknown = 1;
  for (let i = 0; i < 900; i++) deep = i % 2 === 0 ? [deep] : { deep };
  survives(deep);
});

test("bytes that are none of a value are refused: any byte changed or cut off gives an error or another value", () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(255), (value, at, byte) => {
      const bytes = encode(coder, value);
      const damaged = Uint8Array.from(bytes);
      damaged[at % bytes.length] = byte;
      for (const wrong of [damaged, bytes.subarray(0, at % bytes.length)]) {
        try {
          decodeAmongOthers(coder, wrong);
        } catch (error) {
          expect((error as Error).message).not.toBe("");
        }
      }
    }),
  );
});

test("the registry gives this coder, and the SDK's default coder of PCollections is it", () => {
  const registered = globalRegistry().getCoder(GeneralObjectCoder.URN);
  deepStrictEqual(roundTrip(registered, [1.7e12, NaN, new Date(5)]), [1.7e12, NaN, new Date(5)]);
});
