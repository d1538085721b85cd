// What the cells of CSV become, by what the model's schema asks of their field.
import fc from "fast-check";
import type { FieldType } from "../../storage/formats/field_types";
import { cellWriter, LEFT_OUT, roomForCell } from "../../storage/formats/csv/cells";
import { spell, tree, choices } from "../json_texts";
import { read } from "./csv_reading";

/** The JSON text of a cell; undefined when there is none. What is around the cell and its room is seen to be left alone. */
function written(cell: string, types?: readonly FieldType[]): string | undefined {
  const bytes = Buffer.byteLength(cell);
  const source = Buffer.from(`-9e${cell}.9e9`);
  const room = roomForCell(bytes);
  const out = Buffer.alloc(room + 2, "#");
  const end = cellWriter(types)(source, 3, 3 + bytes, out, 1);
  expect([out[0], out[room + 1]]).toEqual([0x23, 0x23]);
  return end === LEFT_OUT ? undefined : out.toString("utf8", 1, end);
}

describe("a number", () => {
  it.each([
    ["5", "5"],
    ["5.0", "5.0"],
    ["-5.10", "-5.10"],
    ["+5", "5"],
    [".5", "0.5"],
    ["-.5", "-0.5"],
    ["+.50", "0.50"],
    ["5.", "5"],
    ["-5.e3", "-5e3"],
    ["007", "7"],
    ["-007.070", "-7.070"],
    ["0", "0"],
    ["000", "0"],
    ["-0", "-0"],
    ["-00.0", "-0.0"],
    ["0.5", "0.5"],
    ["00.5", "0.5"],
    ["1e5", "1e5"],
    ["1E+05", "1E+05"],
    [".5e-7", "0.5e-7"],
    ["1234567890123456789", "1234567890123456789"],
    ["0.1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567890"],
    [" 5.0\t", "5.0"],
    ["\r\n5", "5"],
    ["1e000000000000000000005", "1e000000000000000000005"],
    ["1e123456789012345", "1e123456789012345"],
  ])("%j is %s", (cell, text) => {
    for (const type of ["number", "integer"] as const) {
      expect(written(cell, [type])).toBe(text);
      expect(written(cell, ["boolean", "null", type, "array"])).toBe(text);
    }
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(
    [
      ".",
      "+",
      "-",
      "",
      "e5",
      ".e5",
      "1e",
      "1e+",
      "1e5.0",
      "--5",
      "+-5",
      "5-",
      "5 5",
      "1,5",
      "1_000",
      "0x10",
      "5f",
    ].concat([
      "NaN",
      "Infinity",
      "-inf",
      "½",
      "٣",
      "5\u00a0",
      "1e1234567890123456",
      "1.2.3",
      "1e5e5",
      "5.-",
      "5e.",
      "$5",
    ]),
  )("%j is none", (cell) => {
    expect(written(cell, ["number"])).toBe(cell === "" ? undefined : JSON.stringify(cell));
  });

  it("is what Number takes for one, and as JSON the same", () => {
    const characters = fc.constantFrom(..."0123456789+-.eE ");
    const cell = fc.oneof(
      fc.array(characters, { maxLength: 8 }).map((all) => all.join("")),
      fc.double().map(String),
      fc.bigInt().map(String),
    );
    fc.assert(
      fc.property(cell, (cell) => {
        const text = written(cell, ["number"]);
        const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell.trim());
        if (cell.trim() === "") expect(text).toBeUndefined();
        else if (!isNumber) expect(text).toBe(JSON.stringify(cell));
        else {
          expect(JSON.parse(text!)).toBe(Number(cell));
          // Its digits are those of the cell, but for zeros that lead.
          const digits = (all: string): string => all.replace(/[^\d]/g, "").replace(/^0+/, "");
          expect(digits(text!)).toBe(digits(cell));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a cell", () => {
  const all: readonly FieldType[] = ["null", "boolean", "integer", "number", "array", "object"];

  it.each<[string, readonly FieldType[] | undefined, string | undefined]>([
    // A string may be anything.
    ["5", undefined, '"5"'],
    ["", undefined, '""'],
    ["5", ["string"], '"5"'],
    ["true", ["boolean", "string"], '"true"'],
    ["", ["string", "null"], '""'],
    ["null", ["string", "null"], '"null"'],
    // Booleans.
    ["true", ["boolean"], "true"],
    ["TRUE", ["boolean"], "true"],
    [" False ", ["boolean"], "false"],
    ["true", ["number"], '"true"'],
    ["yes", ["boolean"], '"yes"'],
    ["truE", ["boolean"], "true"],
    ["tru", ["boolean"], '"tru"'],
    ["1", ["boolean"], '"1"'],
    ["1", ["boolean", "number"], "1"],
    ["5", ["boolean"], '"5"'],
    // Arrays and objects.
    ["[1, 2.0]", ["array"], "[1,2.0]"],
    [' {"a": [1]} ', ["object"], '{"a":[1]}'],
    ["[1]", ["object"], '"[1]"'],
    ['{"a":1}', ["array"], '"{\\"a\\":1}"'],
    ["[1],[2]", ["array"], '"[1],[2]"'],
    ["[1", ["array"], '"[1"'],
    ["]", ["array"], '"]"'],
    ["5", ["array"], '"5"'],
    ["[1]", ["number"], '"[1]"'],
    // Nothing.
    ["", ["number"], undefined],
    ["", ["boolean"], undefined],
    ["", ["array"], undefined],
    [" \t", ["number"], undefined],
    ["", ["number", "null"], "null"],
    [" ", ["null"], "null"],
    ["null", ["number", "null"], '"null"'],
    ["", [], undefined],
    ["x", [], '"x"'],
    // What nothing fits is told as it is, white space and all.
    [" abc ", all, '" abc "'],
  ])("%j of types %j is %j", (cell, types, text) => {
    expect(written(cell, types)).toBe(text);
  });

  it("that is a string is what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (cell) => {
        expect(written(cell)).toBe(JSON.stringify(cell));
      }),
      { numRuns: 1000 },
    );
  });

  it("of JSON keeps the JSON", () => {
    fc.assert(
      fc.property(tree, choices, (tree, choices) => {
        const text = spell(tree, choices);
        if (tree.kind !== "array" && tree.kind !== "object") return;
        expect(written(text, ["array", "object"])).toBe(text);
        expect(written(` ${text}`, [tree.kind])).toBe(text);
      }),
    );
  });

  it("regression: of JSON that would be nested too deep in its record stays a string", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(written(nested(511), ["array"])).toBe(nested(511));
    expect(written(nested(512), ["array"])).toBe(`"${nested(512)}"`);
  });
});

it("what is left out leaves no comma behind", async () => {
  const number: readonly FieldType[] = ["number"];
  const { records, unreadable } = await read('a,b,c\n,,\n1,,\n,2,\n,,3\n1,,3\n" ","",x\n', {
    fieldTypes: { a: number, b: number, c: number },
  });
  expect(unreadable).toEqual([]);
  expect(records.map(({ text }) => text)).toEqual([
    "{}",
    '{"a":1}',
    '{"b":2}',
    '{"c":3}',
    '{"a":1,"c":3}',
    '{"c":"x"}',
  ]);
});

it.each([
  ["control characters", "\u0001".repeat(300_000), "\u0001".repeat(300_000)],
  ["quotes and backslashes", '""\\'.repeat(300_000), '"\\'.repeat(300_000)],
  ["characters beyond ASCII", "é".repeat(300_000), "é".repeat(300_000)],
])("a row of a megabyte has room for what its escapes take: %s", async (_, cell, value) => {
  const { records } = await read(`a,b\n"${cell}",\n`);
  expect(JSON.parse(records[0].text)).toEqual({ a: value, b: "" });
});
