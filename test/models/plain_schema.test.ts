// Schemas that are taken to be valid without the schema of schemas, against that.
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import type { JsonSchema } from "../../models";
import { IrisModel } from "../../models/iris";
import { isPlainSchema } from "../../models/plain_schema";

const ajvs = [new Ajv({ strict: false }), new Ajv2020({ strict: false })];
const DRAFTS = ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"];

const KEYWORDS = [
  ...[
    "$comment",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
  ],
  ...[
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
  ],
  ...["pattern", "$ref", "$id", "$schema", "__proto__", "constructor"],
];
const WORDS: unknown[] = [
  "number",
  "object",
  "array",
  "nothing",
  "",
  null,
  true,
  false,
  0,
  3,
  -1,
  1.5,
  NaN,
  Infinity,
];

const { schema } = fc.letrec<{ schema: JsonSchema; value: unknown }>((tie) => ({
  /** What may stand behind a keyword, right or wrong. */
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...WORDS),
    fc.array(fc.constantFrom<unknown>("a", "b", 1, null), { maxLength: 3 }),
    tie("schema"),
    fc.dictionary(fc.constantFrom("a", "b", "type"), tie("schema"), { maxKeys: 2 }),
  ),
  schema: fc.dictionary(fc.constantFrom(...KEYWORDS), tie("value"), { maxKeys: 3 }),
}));

test("what is plainly a schema is one, in each draft", () => {
  let plain = 0;
  fc.assert(
    fc.property(schema, (schema) => {
      if (!isPlainSchema(schema)) return;
      plain++;
      for (const [i, ajv] of ajvs.entries())
        expect(ajv.validateSchema({ ...schema, $schema: DRAFTS[i] })).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(plain).toBeGreaterThan(300);
});

test("the schemas of a model of numbers are, and those that say more are not known to be", () => {
  const model = new IrisModel();
  expect([model.inputSchema, model.outputSchema].every(isPlainSchema)).toBe(true);
  for (const other of [
    { pattern: "(" },
    { type: ["string", "null"] },
    { $ref: "#/a" },
    { $schema: "draft 3" },
    { enum: [] },
  ])
    expect(isPlainSchema(other)).toBe(false);
});
