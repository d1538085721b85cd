// Tests of the checks that JSON Schemas become: each violation names the field at fault and the reason.
import fc from "fast-check";
import { checkSchema, compileSchema, ModelLoadError } from "../../models";

const check = compileSchema(
  {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      name: { type: "string", minLength: 1 },
      size: { type: "number", minimum: 0 },
      count: { type: "integer" },
      colour: { enum: ["red", "green"] },
      a: {
        type: "object",
        properties: { b: { type: "array", items: { type: "number" }, maxItems: 4 } },
        required: ["b"],
        additionalProperties: false,
      },
      pairs: { type: "array", items: { $ref: "#/$defs/pair" } },
      either: { anyOf: [{ type: "string" }, { type: "array", items: { type: "boolean" } }] },
      "x/y~z": { type: "null" },
    },
    required: ["name", "size"],
    additionalProperties: false,
    $defs: {
      pair: {
        type: "array",
        prefixItems: [{ type: "string" }, { type: "number" }],
        minItems: 2,
        items: false,
      },
    },
  },
  "the schema of this test",
);

/** A record that meets the schema, with the fields of a JSON text added, or put in place of its own. */
function recordWith(json: string): unknown {
  return JSON.parse(`{"name": "n", "size": 1, ${json.slice(1)}`.replace(/, }$/, "}"));
}

test.each([
  "{}",
  '{"size": 0}',
  '{"size": -0}',
  '{"size": 5e-324}',
  '{"size": 12345678901234567890}',
  '{"count": 3}',
  '{"count": 3.0}',
  '{"colour": "green"}',
  '{"a": {"b": [1, 2.5, 3]}}',
  '{"a": {"b": []}}',
  '{"pairs": [["x", 1], ["y", 2]]}',
  '{"either": "s"}',
  '{"either": [true]}',
  '{"x/y~z": null}',
])("accepts %s", (json) => {
  expect(check(recordWith(json))).toBeUndefined();
});

test.each([
  ['{"size": "1"}', "size", "must be number"],
  ['{"size": null}', "size", "must be number"],
  ['{"size": true}', "size", "must be number"],
  ['{"size": -1}', "size", "must be >= 0"],
  ['{"size": 1e400}', "size", "must be number"],
  ['{"size": -1e400}', "size", "must be number"],
  ['{"count": 1.5}', "count", "must be integer"],
  ['{"count": 1e400}', "count", "must be integer"],
  ['{"name": ""}', "name", "must NOT have fewer than 1 characters"],
  ['{"extra": 1}', "extra", "is not in the schema"],
  ['{"__proto__": 1}', "__proto__", "is not in the schema"],
  ['{"colour": "blue"}', "colour", 'must be one of ["red","green"]'],
  ['{"a": {}}', "a.b", "is required"],
  ['{"a": {"b": [], "c": 1}}', "a.c", "is not in the schema"],
  ['{"a": {"b": 1}}', "a.b", "must be array"],
  ['{"a": {"b": [1, 2, "3"]}}', "a.b[2]", "must be number"],
  ['{"a": {"b": [1, 1e400]}}', "a.b[1]", "must be number"],
  ['{"a": {"b": [1, 2, 3, 4, 5]}}', "a.b", "must NOT have more than 4 items"],
  ['{"a": [1]}', "a", "must be object"],
  ['{"pairs": [["x", 1], ["y", "z"]]}', "pairs[1][1]", "must be number"],
  ['{"x/y~z": 1}', "x/y~z", "must be null"],
])("refuses %s: %s %s", (json, field, reason) => {
  expect(check(recordWith(json))).toEqual({ field, reason });
});

test.each([
  ["an array", [1, 2]],
  ["null", null],
  ["a text", "x"],
  ["a number", 1],
  ["nothing", undefined],
])("refuses %s, which is no record, as a whole", (_what, record) => {
  expect(check(record)).toEqual({ field: "", reason: "must be object" });
});

test("refuses an empty record, and names the first required field", () => {
  expect(check({})).toEqual({ field: "name", reason: "is required" });
});

test("refuses NaN, which is no number", () => {
  expect(check({ name: "n", size: NaN })).toEqual({ field: "size", reason: "must be number" });
});

test("of several violations tells the one whose field is the first in the alphabet", () => {
  expect(check({ zebra: 1, size: "", colour: 1, ant: 1 })).toEqual({
    field: "ant",
    reason: "is not in the schema",
  });
  expect(check({ zebra: 1, size: "", colour: 1 })).toMatchObject({ field: "colour" });
  expect(check({ zebra: 1, size: "" })).toEqual({ field: "name", reason: "is required" });
});

/** The same value with the fields of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test("tells the same violation in whatever order the fields of a record are", () => {
  const key = fc.constantFrom(
    "name",
    "size",
    "count",
    "colour",
    "a",
    "b",
    "pairs",
    "either",
    "extra",
    "more",
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>("", "red", 1, -1.5, null, true),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(key, tie("value"), { maxKeys: 8 }),
    ),
  }));
  const twice = fc
    .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, minLength: 1 })
    .chain((entries) =>
      fc.tuple(
        fc.constant(entries),
        fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length }),
      ),
    );
  let refused = 0;
  fc.assert(
    fc.property(twice, ([entries, shuffled]) => {
      const violation = check(Object.fromEntries(entries));
      expect(check(Object.fromEntries(shuffled))).toEqual(violation);
      expect(check(reversed(Object.fromEntries(entries)))).toEqual(violation);
      if (violation) refused++;
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});

test("takes annotations and formats without a word, as the standard lets a validator leave them alone", () => {
  const warn = jest.spyOn(console, "warn").mockImplementation();
  const annotated = compileSchema(
    {
      title: "A visit",
      type: "object",
      properties: {
        at: { type: "string", format: "date-time", examples: ["2024-01-01T00:00:00Z"] },
        place: { type: "array", prefixItems: [{ type: "number" }], "x-unit": "degree" },
      },
      if: { required: ["at"] },
    },
    "the schema of this test",
  );
  expect(annotated({ at: "noon", place: [1, 2] })).toBeUndefined();
  expect(annotated({ at: 12 })).toEqual({ field: "at", reason: "must be string" });
  expect(annotated({ place: [NaN] })).toEqual({ field: "place[0]", reason: "must be number" });
  expect(warn).not.toHaveBeenCalled();
});

test("two schemas may have the same $id", () => {
  const [text, number] = ["string", "number"].map((type) =>
    compileSchema({ $id: "https://example.com/data", type }, "the schema of this test"),
  );
  expect([text("a"), number(1)]).toEqual([undefined, undefined]);
  expect([text(1), number("a")]).not.toContain(undefined);
});

test.each([{ type: "nonsense" }, { required: "name" }, { $ref: "#/$defs/nowhere" }])(
  "refuses %j, which is no schema, and says whose it is",
  (schema) => {
    const compile = (): unknown => compileSchema(schema, "the input schema of 'a_model'");
    expect(compile).toThrow(ModelLoadError);
    expect(compile).toThrow("the input schema of 'a_model' is not a valid JSON Schema");
  },
);

test.each([
  { minLength: -1 },
  { properties: { a: 5 } },
  { required: ["a", "a"] },
  { $schema: "http://json-schema.org/draft-07/schema#", multipleOf: 0 },
])("checking refuses %j, which compiling lets pass", (schema) => {
  const owner = "the input schema of 'a_model'";
  expect(() => checkSchema(schema, owner)).toThrow(ModelLoadError);
  expect(() => checkSchema(schema, owner)).toThrow(`${owner} is not a valid JSON Schema: it`);
});

test.each([{}, { type: "object", properties: { a: { type: "number" } } }])(
  "checking lets %j pass",
  (schema) => expect(() => checkSchema(schema, "a schema")).not.toThrow(),
);

test("a schema of draft-07 is one too", () => {
  const check = compileSchema(
    { $schema: "http://json-schema.org/draft-07/schema#", type: "object", required: ["a"] },
    "a schema",
  );
  expect(check({})).toEqual({ field: "a", reason: "is required" });
  expect(check({ a: 1 })).toBeUndefined();
});
