// The coder of rows, beyond the standard's vectors: each type, encoding positions, nulls, other versions of a schema.
import "../../sdk";
import { deepStrictEqual } from "node:assert";
import { Context, type Coder } from "apache-beam/coders/coders";
import { registerLogicalType, RowCoder } from "apache-beam/coders/row_coder";
import { AtomicType, Field, FieldType, Schema } from "apache-beam/proto/schema";
import fc from "fast-check";
import { decodeAmongOthers, decodeWhole, encode, roundTrip } from "./decoding";
import { long } from "./standard_vectors";

type TypeInfo = FieldType["typeInfo"];

function atomic(atomicType: AtomicType): TypeInfo {
  return { oneofKind: "atomicType", atomicType };
}

function typeOf(typeInfo: TypeInfo, nullable = false): FieldType {
  return FieldType.create({ nullable, typeInfo });
}

function logical(urn: string, representation: TypeInfo, limit?: number): TypeInfo {
  const int32 = { oneofKind: "int32", int32: limit! } as const;
  const argument =
    limit === undefined
      ? undefined
      : { fieldValue: { oneofKind: "atomicValue", atomicValue: { value: int32 } } as const };
  return {
    oneofKind: "logicalType",
    logicalType: { urn, payload: new Uint8Array(), representation: typeOf(representation), argument },
  };
}

interface FieldSpec {
  name: string;
  type: TypeInfo;
  nullable?: boolean;
  position?: number;
}

function coderOf(...specs: FieldSpec[]): Coder<unknown> {
  const fields = specs.map(({ name, type, nullable, position = 0 }) =>
    Field.create({ name, type: typeOf(type, nullable), encodingPosition: position }),
  );
  const encodingPositionsSet = specs.some(({ position }) => position !== undefined);
  // As it comes to a worker: from bytes.
  return new RowCoder(Schema.toBinary(Schema.create({ id: "test", fields, encodingPositionsSet })));
}

function survives(coder: Coder<unknown>, row: unknown): void {
  deepStrictEqual(roundTrip(coder, row), row);
}

const whole = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });

const decimals = fc
  .tuple(fc.bigInt(), fc.nat(60))
  .map(([digits, scale]) => {
    const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
    const sign = digits < 0n ? "-" : "";
    return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
  })
  // One with more zeros than that comes out with an exponent.
  .filter((text) => !/^-?0\.0{25}/.test(text));

const text = atomic(AtomicType.STRING);
const element = typeOf(text, true);
const texts = fc.string({ unit: "binary" });
const inner = Schema.create({ id: "inner", fields: [Field.create({ name: "n", type: typeOf(text, true) })] });

const TYPES: [string, TypeInfo, fc.Arbitrary<unknown>][] = [
  ["BYTE", atomic(AtomicType.BYTE), whole(8)],
  ["INT16", atomic(AtomicType.INT16), whole(16)],
  ["INT32", atomic(AtomicType.INT32), whole(32)],
  [
    "INT64",
    atomic(AtomicType.INT64),
    fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-(2n ** 63n), 2n ** 53n)),
  ],
  ["FLOAT", atomic(AtomicType.FLOAT), fc.float()],
  ["DOUBLE", atomic(AtomicType.DOUBLE), fc.double()],
  ["STRING", text, texts],
  ["BOOLEAN", atomic(AtomicType.BOOLEAN), fc.boolean()],
  ["BYTES", atomic(AtomicType.BYTES), fc.uint8Array()],
  ["array", { oneofKind: "arrayType", arrayType: { elementType: element } }, fc.array(fc.option(texts))],
  [
    "iterable",
    { oneofKind: "iterableType", iterableType: { elementType: element } },
    fc.array(fc.option(texts)),
  ],
  [
    "map",
    { oneofKind: "mapType", mapType: { keyType: typeOf(atomic(AtomicType.INT32)), valueType: element } },
    fc.array(fc.tuple(whole(32), fc.option(texts))).map((entries) => new Map(entries)),
  ],
  [
    "row",
    { oneofKind: "rowType", rowType: { schema: inner } },
    fc.record({ n: fc.option(texts) }, { noNullPrototype: true }),
  ],
  ["decimal", logical("beam:logical_type:decimal:v1", atomic(AtomicType.BYTES)), decimals],
  [
    "millis_instant",
    logical("beam:logical_type:millis_instant:v1", atomic(AtomicType.INT64)),
    fc.maxSafeInteger().map((ms) => long(BigInt(ms))),
  ],
  ["var_char", logical("beam:logical_type:var_char:v1", text, 4), fc.string({ maxLength: 4 })],
];

describe.each(TYPES)("a field of the type %s", (_, type, values) => {
  test("survives, between other fields", () => {
    const coder = coderOf(
      { name: "before", type: text },
      { name: "it", type },
      { name: "behind", type: text },
    );
    fc.assert(fc.property(values, (it) => survives(coder, { before: "b", it, behind: "a" })));
  });

  test("may be null only where its schema says so", () => {
    survives(coderOf({ name: "it", type, nullable: true }), { it: null });
    expect(() => encode(coderOf({ name: "it", type }), {})).toThrow(
      "Field 'it' of a row is null, which its schema forbids.",
    );
  });
});

test.each<[string, TypeInfo, unknown, RegExp]>([
  ["a byte of 128", atomic(AtomicType.BYTE), 128, /Field 'it' of a row: 128 is no whole number of 8 bits/],
  ["half a number", atomic(AtomicType.INT32), 0.5, /0.5 is no whole number of 32 bits/],
  ["a number beyond 64 bits", atomic(AtomicType.INT64), 2n ** 63n, /more than the 64 bits/],
  ["a float that is too large", atomic(AtomicType.FLOAT), 1e39, /beyond the range/],
  ["an object for a map", TYPES[11][1], { 1: "a" }, /Field 'it' of a row: It is no Map/],
  ["a double for a decimal number", TYPES[13][1], 0.1, /0.1 is no text of a decimal number/],
  ["an endless decimal number", TYPES[13][1], "1e9999999999", /too large an exponent/],
  ["a long text", TYPES[15][1], "12345", /length 5, and its type takes at most 4/],
  [
    "a short text",
    logical("beam:logical_type:fixed_char:v1", text, 4),
    "123",
    /length 3, and its type takes 4/,
  ],
])("%s is refused", (_, type, it, message) => {
  expect(() => encode(coderOf({ name: "it", type }), { it })).toThrow(message);
});

test.each([
  ["1E+3", "1E+3"],
  ["1200e-2", "12.00"],
  ["-0.5e1", "-5"],
  ["1e-40", "1E-40"],
  ["+007", "7"],
])("the decimal number %s comes out as %s", (written, read) => {
  expect(roundTrip(coderOf({ name: "it", type: TYPES[13][1] }), { it: written })).toEqual({ it: read });
});

test("regression: a negative INT32 has the five bytes that Java takes, an INT16 its two", () => {
  const coder = coderOf(
    { name: "a", type: atomic(AtomicType.INT32) },
    { name: "b", type: atomic(AtomicType.INT16) },
  );
  expect(Buffer.from(encode(coder, { a: -1, b: 258 })).toString("hex")).toBe("0200ffffffff0f0102");
});

test("regression: fields with encoding positions are in their order, however many there are, nulls as well", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 25 }).chain((count) => {
        const positions = Array.from({ length: count }, (_, i) => i);
        const permuted = fc.shuffledSubarray(positions, { minLength: count, maxLength: count });
        return fc.tuple(permuted, fc.array(fc.option(fc.nat()), { minLength: count, maxLength: count }));
      }),
      ([positions, numbers]) => {
        const type = atomic(AtomicType.INT64);
        const specs = positions.map((position, i) => ({ name: `f${i}`, type, nullable: true, position }));
        const row = Object.fromEntries(numbers.map((number, i) => [`f${i}`, number]));
        const encoded = encode(coderOf(...specs), row);
        expect(decodeAmongOthers(coderOf(...specs), encoded)).toEqual(row);
        // The bytes are those of a schema that has the fields in that order.
        const inOrder = specs
          .toSorted((a, b) => a.position - b.position)
          .map(({ name }) => ({ name, type, nullable: true }));
        expect(encoded).toEqual(encode(coderOf(...inOrder), row));
      },
    ),
  );
});

test("rows of an older and of a newer schema are read", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ name, type: text, nullable: true }));
  const old = encode(coderOf(a, b), { a: "1", b: null });
  expect(decodeAmongOthers(coderOf(a, b, c), old)).toEqual({ a: "1", b: null, c: null });
  expect(decodeWhole(coderOf(a), old)).toEqual({ a: "1" });
  // What follows could not be found.
  expect(() => decodeAmongOthers(coderOf(a), old)).toThrow("A row has 2 fields, and its schema 1.");
});

test("logical types of a person's own are what they registered; others are refused by name", () => {
  registerLogicalType({
    urn: "test:celsius:v1",
    reprType: typeOf(atomic(AtomicType.DOUBLE)),
    toRepr: ({ degrees }: { degrees: number }) => degrees,
    fromRepr: (degrees: number) => ({ degrees }),
  });
  survives(coderOf({ name: "it", type: logical("test:celsius:v1", atomic(AtomicType.DOUBLE)) }), {
    it: { degrees: 20.5 },
  });
  expect(() => coderOf({ name: "it", type: logical("test:kelvin:v1", text) })).toThrow(
    "Unknown logical type: test:kelvin:v1",
  );
});

test("regression: a schema from an example knows numbers that are not whole", () => {
  const coder = RowCoder.fromJSON({ name: "", share: 0.5, count: 0, large: 1n }) as Coder<unknown>;
  survives(coder, { name: "a", share: 1, count: 1.7e12, large: 2n ** 60n });
});

test("no field of a row becomes a prototype", () => {
  const coder = coderOf({ name: "__proto__", type: text, nullable: true });
  const row = decodeWhole(
    coder,
    encode(coder, JSON.parse('{"__proto__":"x"}'), Context.wholeStream),
  ) as object;
  expect(Object.getOwnPropertyDescriptor(row, "__proto__")?.value).toBe("x");
});
