// JSON values in typed columns: exact, or refused.
import fc from "fast-check";
import { columnValue, UNFIT, unfitError } from "../../storage/formats/column_values";
import type { ColumnType } from "../../storage/formats/output_format";
import { choices, meaning, spell, tree } from "../json_texts";

/** The value of a text that stands between others. */
function valueOf(text: string, type: ColumnType): unknown {
  const bytes = Buffer.from(text);
  const source = Buffer.concat([Buffer.from('{"a\\\\":'), bytes, Buffer.from(',"b":"\\n1"}')]);
  return columnValue(source, 7, 7 + bytes.length, type);
}

test.each<ColumnType>(["double", "int64", "boolean", "string", "json"])("null is null in %s", (type) => {
  expect(valueOf("null", type)).toBeNull();
});

test.each<[text: string, value: unknown]>([
  ["0", 0],
  ["-0", -0],
  ["5.0", 5],
  ["0.1", 0.1],
  ["1e300", 1e300],
  ["0.1000000000000000055511151231257827", 0.1],
  ["9007199254740992", 2 ** 53],
  ["9007199254740993", UNFIT],
  ["1234567890123456789", UNFIT],
  ["1234567890123456800", 1234567890123456800],
  ["-100000000000000000000", -1e20],
  ["1e400", UNFIT],
  ["-1e400", UNFIT],
  ["1e-400", 0],
  ['"1"', UNFIT],
  ["true", UNFIT],
  ["false", UNFIT],
  ["{}", UNFIT],
  ["[1]", UNFIT],
])("double: %s is %p", (text, value) => {
  expect(valueOf(text, "double")).toBe(value);
});

test.each<[text: string, value: unknown]>([
  ["0", 0n],
  ["-0", 0n],
  ["0e999999999999999", 0n],
  ["0.000", 0n],
  ["5.0", 5n],
  ["-1e3", -1000n],
  ["1E+3", 1000n],
  ["1200e-2", 12n],
  ["0.0012e4", 12n],
  ["9223372036854775807", 2n ** 63n - 1n],
  ["-9223372036854775808", -(2n ** 63n)],
  ["9223372036854775807.00", 2n ** 63n - 1n],
  ["9223372036854775808", UNFIT],
  ["-9223372036854775809", UNFIT],
  ["1e19", UNFIT],
  ["1e999999999999999", UNFIT],
  ["1e-999999999999999", UNFIT],
  ["1.5", UNFIT],
  ["9007199254740993", 9007199254740993n],
  ["4.00000000000001", UNFIT],
  ["1.00000000000000000000000001", UNFIT],
  ['"5"', UNFIT],
  ["true", UNFIT],
  ["[]", UNFIT],
])("int64: %s is %p", (text, value) => {
  expect(valueOf(text, "int64")).toBe(value);
});

test.each<[text: string, value: unknown]>([
  ["true", true],
  ["false", false],
  ["1", UNFIT],
  ['"true"', UNFIT],
  ["{}", UNFIT],
])("boolean: %s is %p", (text, value) => {
  expect(valueOf(text, "boolean")).toBe(value);
});

test.each<[text: string, value: unknown]>([
  ['""', ""],
  ['"a"', "a"],
  ['"null"', "null"],
  ['"\\u00e9\\n\\"\\\\"', 'é\n"\\'],
  ['"😀"', "😀"],
  ['"\\ud83d\\ude00"', "😀"],
  ['"\\ud83d"', UNFIT],
  ['"\\ude00\\ud83d"', UNFIT],
  ["5.0", "5.0"],
  ["false", "false"],
  ['{"a":[1]}', '{"a":[1]}'],
])("string: %s is %p", (text, value) => {
  expect(valueOf(text, "string")).toBe(value);
});

test("int64 and double hold what the text means, exactly, or refuse it", () => {
  const number = tree.filter(({ kind }) => kind === "number");
  fc.assert(
    fc.property(number, choices, (value, how) => {
      const text = spell(value, how);
      const integer = valueOf(text, "int64");
      if (integer !== UNFIT) expect(meaning(String(integer))).toBe(meaning(text));
      const double = valueOf(text, "double");
      expect(double === UNFIT || double === Number(text)).toBe(true);
      if (value.kind !== "number" || value.exponent < 0n || value.exponent > 30n) return;
      const exact = (value.negative ? -1n : 1n) * value.digits * 10n ** value.exponent;
      expect(integer).toBe(BigInt.asIntN(64, exact) === exact ? exact : UNFIT);
    }),
    { numRuns: 2000 },
  );
});

test("json holds any text as it is", () => {
  fc.assert(
    fc.property(tree, choices, (value, how) => {
      const text = spell(value, how);
      expect(valueOf(text, "json")).toBe(text === "null" ? null : text);
    }),
  );
});

test("strings are what JSON.parse makes of them", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(valueOf(JSON.stringify(text), "string")).toBe(text);
    }),
  );
});

test("an error shows the column and the beginning of the value, and what to do", () => {
  const source = Buffer.from(`"${"x".repeat(500)}"`);
  const error = unfitError(
    { name: "n", source: "record", field: "n", type: "int64" },
    source,
    0,
    source.length,
  );
  expect(error).toMatchObject({ code: "UNWRITABLE_ROW" });
  expect(error.message).toBe(
    `The column 'n' holds values of the type int64, and a row has "${"x".repeat(59)}... (502 bytes) there, ` +
      "which it can't hold as it is. Write jsonl or tsv-json instead, which hold any value.",
  );
});
