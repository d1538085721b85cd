// Numbers read straight from JSON texts: the bits that JSON.parse gives, and every text that is not as planned left alone.
import fc from "fast-check";
import { planFeatures } from "../../models/feature_plan";
import { FeatureReader } from "../../models/feature_reader";
import type { JsonSchema } from "../../models";
import type { JsonTexts } from "../../models/json_texts";

const number = { type: "number" };
const ONE = [{ name: "value", size: 1 }];

function textsOf(texts: readonly string[]): JsonTexts {
  let end = 0;
  return {
    bytes: Buffer.from(texts.join("")),
    ends: Uint32Array.from(texts, (text) => (end += Buffer.byteLength(text))),
  };
}

function readerOf(properties: JsonSchema, more: JsonSchema = {}): FeatureReader {
  const features = Object.entries(properties).map(([name, schema]) => {
    return { name, size: (schema as { maxItems?: number }).maxItems ?? 1 };
  });
  return new FeatureReader(planFeatures({ type: "object", properties, ...more }, features, [])!);
}

/** The rows that a reader makes of texts, and which texts did not fit. */
function read(reader: FeatureReader, texts: readonly string[]): { rows: number[][]; unfit: number[] } {
  const data = new Float64Array(texts.length * reader.width).fill(NaN);
  const count = reader.read(textsOf(texts), data);
  expect(count + reader.unfit.length).toBe(texts.length);
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(data.subarray(i * reader.width, (i + 1) * reader.width)),
  );
  return { rows, unfit: reader.unfit };
}

describe("a number", () => {
  const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,5})?$/);
  const spelled = fc.oneof(
    digits,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.maxSafeNat(), fc.integer({ min: -30, max: 30 })).map(([m, e]) => `${m}e${e}`),
    fc.tuple(fc.maxSafeNat(), fc.nat(20)).map(([m, places]) => {
      const text = String(m).padStart(places + 1, "0");
      return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
    }),
    fc.constantFrom(
      "-0",
      "-0.0",
      "0e5",
      "9007199254740991",
      "9007199254740992",
      "9007199254740993",
      "1e22",
      "1e23",
    ),
    fc.constantFrom("8.5e-23", "123456789012345678e-30", "5e-324", "2.2250738585072011e-308", "0.1e00001"),
  );

  test("has the bits that JSON.parse gives it, however it is spelled", () => {
    const reader = readerOf({ value: number });
    fc.assert(
      fc.property(fc.array(fc.tuple(spelled, fc.boolean()), { minLength: 1 }), (numbers) => {
        const texts = numbers.map(([text, negative]) =>
          negative && !text.startsWith("-") ? `-${text}` : text,
        );
        const values = texts.map((text) => JSON.parse(text) as number);
        const { rows } = read(
          reader,
          texts.map((text) => `{"value":${text}}`),
        );
        expect(rows.flat()).toEqual(values.filter(Number.isFinite));
      }),
      { numRuns: 1000 },
    );
  });

  test("that is not finite does not fit, nor what is no number", () => {
    const values = ["1e400", "-1e400", "null", "true", '"1"', "[1]", "{}", "[]", '""'];
    const { unfit } = read(
      readerOf({ value: number }),
      values.map((value) => `{"value":${value}}`),
    );
    expect(unfit).toEqual(values.map((_, i) => i));
  });

  test.each([
    [{ type: "integer" }, ["1", "-5", "3.0", "1e300", "10e-1"], ["1.5", "1e-1"]],
    [{ type: "number", minimum: 0, maximum: 16 }, ["0", "-0", "16", "16.0"], ["-0.1", "16.000001"]],
    [{ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, ["0.5", "1e-300"], ["0", "1", "-1", "2"]],
  ])("must be as its schema wants it: %j", (schema, good, bad) => {
    const { rows, unfit } = read(
      readerOf({ value: schema }),
      [...good, ...bad].map((text) => `{"value":${text}}`),
    );
    expect(rows.flat()).toEqual(good.map(Number));
    expect(unfit).toEqual(bad.map((_, i) => good.length + i));
  });
});

describe("fields", () => {
  const properties = {
    b: number,
    größe: number,
    list: { type: "array", items: number, minItems: 2, maxItems: 2 },
  };

  test("are found in any order, and in another one in the next text", () => {
    const texts = [
      '{"b":1,"größe":2,"list":[3,4]}',
      '{"list":[3,4],"b":1,"größe":2}',
      '{"größe":2,"list":[3,4],"b":1}',
    ];
    const all = Array.from({ length: 9 }, (_, i) => texts[(i * i) % 3]);
    expect(read(readerOf(properties), all).rows).toEqual(all.map(() => [1, 2, 3, 4]));
  });

  test.each([
    '{"b":1,"list":[3,4]}',
    '{"b":1,"b":1,"größe":2,"list":[3,4]}',
    '{"b":1,"größe":2,"b":1,"list":[3,4]}',
    '{"b":1,"größe":2,"list":[3,4],"b":1}',
    '{"\\u0062":1,"größe":2,"list":[3,4]}',
    '{"b":1,"größe":2,"list":[3]}',
    '{"b":1,"größe":2,"list":[3,4,5]}',
    '{"b":1,"größe":2,"list":3}',
    '{"b":[1],"größe":2,"list":[3,4]}',
    '{"b": 1,"größe":2,"list":[3,4]}',
    "{}",
    "[]",
    "1",
    '""',
  ])("do not fit when they are %s", (text) => {
    for (const additionalProperties of [true, false]) {
      const reader = readerOf(properties, { additionalProperties });
      const good = '{"b":1,"größe":2,"list":[3,4]}';
      expect(read(reader, [good, text, good])).toEqual({
        rows: [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
        unfit: [1],
      });
    }
  });

  test.each(['"x":"}],\\"{["', '"x":[[{"b":[9]}],"]"]', '"x":{"b":9}', '"x":null', '"":5e5', '"bb":"\\\\"'])(
    "that are others are passed over where they may be there: %s",
    (other) => {
      const members = ['"b":1', '"größe":2', '"list":[3,4]'];
      const texts = [0, 1, 2, 3].map(
        (at) => `{${[...members.slice(0, at), other, ...members.slice(at)].join(",")}}`,
      );
      expect(read(readerOf(properties), texts).rows).toEqual(texts.map(() => [1, 2, 3, 4]));
      const closed = readerOf(properties, { additionalProperties: false });
      expect(read(closed, texts).unfit).toEqual([0, 1, 2, 3]);
    },
  );
});

describe("a plan is made", () => {
  const schema = { type: "object", properties: { value: number } };
  const plan = (change: JsonSchema, features = ONE, seen: string[] = []) =>
    planFeatures({ ...schema, ...change }, features, seen);

  test.each<JsonSchema>([
    {},
    { $schema: "http://json-schema.org/draft-07/schema#", title: "t", description: "d" },
    { required: ["value"], additionalProperties: false },
    { properties: { value: { type: "integer", minimum: 0, description: "d", examples: [1] } } },
  ])("for %j", (change) => {
    expect(plan(change)?.features).toHaveLength(1);
  });

  test.each<JsonSchema>([
    { type: ["object", "null"] },
    { required: ["other"] },
    { additionalProperties: number },
    { patternProperties: {} },
    { minProperties: 2 },
    { if: {} },
    { unevaluatedProperties: false },
    { properties: { value: number, other: number } },
    { properties: {} },
    { properties: { value: true } },
    { properties: { value: { type: ["number", "null"] } } },
    { properties: { value: { type: "number", multipleOf: 2 } } },
    { properties: { value: { type: "number", enum: [1] } } },
    { properties: { value: { type: "number", const: 1 } } },
    { properties: { value: { type: "number", not: {} } } },
    { properties: { value: { type: "number", nullable: true } } },
    { properties: { value: { $ref: "#/$defs/x" } } },
    { properties: { value: { type: "number", exclusiveMinimum: true } } },
    { properties: { value: { type: "array", items: number, minItems: 1 } } },
  ])("not where it would have to understand %j", (change) => {
    expect(plan(change)).toBeUndefined();
  });

  test("not for features that are not the schema's fields, or are twice there, or are not seen", () => {
    expect(plan({}, [{ name: "other", size: 1 }])).toBeUndefined();
    expect(plan({}, [...ONE, ...ONE])).toBeUndefined();
    expect(plan({}, [{ name: "value", size: 2 }])).toBeUndefined();
    expect(plan({}, [])).toBeUndefined();
    expect(plan({}, ONE, ["other"])).toBeUndefined();
  });

  test("that lets other fields pass where the model does not see them", () => {
    const closed = { additionalProperties: false };
    expect(plan(closed)).toMatchObject({ allowsOthers: false });
    expect(plan(closed, ONE, ["value"])).toMatchObject({ allowsOthers: true });
  });

  test("for arrays of a fixed size alone", () => {
    const list = (change: JsonSchema) =>
      plan({ properties: { value: { type: "array", items: number, minItems: 3, maxItems: 3, ...change } } }, [
        { name: "value", size: 3 },
      ]);
    expect(list({})?.features).toMatchObject([{ items: 3 }]);
    for (const change of [
      { minItems: 2 },
      { maxItems: 4 },
      { items: {} },
      { uniqueItems: true },
      { prefixItems: [] },
    ])
      expect(list(change)).toBeUndefined();
  });
});

test("numbers that were parsed before are taken over, those of other names and rules as their texts are", () => {
  const rule = fc.constantFrom<JsonSchema>(number, { type: "integer" }, { type: "number", minimum: 0 });
  const names = fc.shuffledSubarray(["a", "b", "c"], { minLength: 1 });
  const value = fc.constantFrom(0, -0, 1, -2, 0.5, 1e15, NaN);
  fc.assert(
    fc.property(
      rule,
      rule,
      fc.boolean(),
      names,
      fc.array(fc.tuple(value, value, value), { minLength: 1 }),
      (a, b, additionalProperties, names, values) => {
        const reader = readerOf({ a, b }, { additionalProperties });
        // A row whose first number is NaN stands for a text of another kind, and others hold none.
        const rows = values.map((row) => names.map((_, i) => (i > 0 && Number.isNaN(row[i]) ? 3 : row[i])));
        const texts = rows.map((row) =>
          Number.isNaN(row[0])
            ? '{"b":7,"a":5}'
            : `{${names.map((name, i) => `"${name}":${text(row[i])}`).join(",")}}`,
        );
        const flat = { names, values: Float64Array.from(rows.flat()) };
        const data = new Float64Array(2 * texts.length).fill(NaN);
        const count = reader.read({ ...textsOf(texts), flat }, data);
        const taken = {
          rows: Array.from({ length: count }, (_, i) => [...data.subarray(2 * i, 2 * i + 2)]),
          unfit: reader.unfit,
        };
        expect(taken).toEqual(read(readerOf({ a, b }, { additionalProperties }), texts));
      },
    ),
    { numRuns: 500 },
  );
});

/** A number as a text; minus zero keeps its sign. */
function text(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
