// CSV and TSV as they are written, and read back.
import fc from "fast-check";
import { ByteColumn } from "../../storage/byte_column";
import { UnwritableRowError } from "../../storage/errors";
import { csvInput, csvOutput, tsvInput, tsvOutput } from "../../storage/formats/csv";
import type { Column, OutputFormat, OutputLayout } from "../../storage/formats/output_format";
import { choices, spell, tree } from "../json_texts";
import { read, readSplit, values } from "./csv_reading";

function layoutOf(columns: readonly Column[]): OutputLayout {
  return { join: "input", predictionPrefix: "", predictionFields: [], columns };
}

const field = (name: string, type: Column["type"] = "string"): Column => ({
  name,
  source: "record",
  field: name,
  type,
});

async function write(
  columns: readonly Column[],
  rows: readonly (readonly [record: string, prediction: string])[],
  format: OutputFormat = csvOutput,
): Promise<string> {
  const encoder = format.encoder(layoutOf(columns), "job");
  const header = encoder.header();
  const parts = [header];
  // In two parts: what is given out is not written over.
  for (const part of [rows.slice(0, 2), rows.slice(2)]) {
    const [records, predictions] = [0, 1].map((i) => ByteColumn.of(part.map((row) => row[i])));
    parts.push(await encoder.encode({ records, predictions }));
  }
  parts.push(await encoder.finish());
  return Buffer.concat(parts).toString();
}

/** The cell of one value. */
async function cell(json: string, type: Column["type"] = "string", format = csvOutput): Promise<string> {
  const text = await write(
    [field("v", type), { ...field("w"), field: "v" }],
    [[`{"v":${json}}`, "null"]],
    format,
  );
  const [, row] = /^v[,\t]w\n([^]*)\n$/.exec(text)!;
  return row.slice(0, type === "string" ? (row.length - 1) / 2 : undefined);
}

describe("a file", () => {
  it("has the columns of the layout, from records and predictions", async () => {
    const columns: Column[] = [
      field("b", "double"),
      { name: "species", source: "prediction", field: "name", type: "string" },
      { name: "p, q", source: "prediction", field: "p", type: "double" },
      { name: "again", source: "record", field: "b", type: "json" },
      { name: "record", source: "record", type: "json" },
    ];
    const text = await write(columns, [
      ['{"a":1,"b":5.0}', '{"name":"setosa","p":0.90}'],
      ['{"b":1234567890123456789}', "null"],
      ["[]", '{"p":null,"p":1,"name":""}'],
    ]);
    expect(text).toBe(
      'b,species,"p, q",again,record\n' +
        '5.0,setosa,0.90,5.0,"{""a"":1,""b"":5.0}"\n' +
        '1234567890123456789,,,1234567890123456789,"{""b"":1234567890123456789}"\n' +
        ',"",1,,[]\n',
    );
  });

  it("may have the prediction alone", async () => {
    const columns: Column[] = [{ name: "prediction", source: "prediction", type: "string" }];
    const rows = ['"setosa"', "null", '""', "5.0", "true", '{"a":1,"b":[2,3]}'].map(
      (json) => ["1", json] as const,
    );
    // Nothing on a line would be no row.
    expect(await write(columns, rows)).toBe(
      'prediction\nsetosa\n""\n""\n5.0\ntrue\n"{""a"":1,""b"":[2,3]}"\n',
    );
  });

  it("may have no rows", async () => {
    expect(await write([field("a"), field("b")], [])).toBe("a,b\n");
  });

  it("names and extensions", () => {
    expect([csvOutput, tsvOutput]).toMatchObject([
      { extension: ".csv", isText: true },
      { extension: ".tsv", isText: true },
    ]);
  });

  it("of a name that begins like a mark is read with it", async () => {
    const text = await write([field("\ufeffa"), field("b")], [['{"\ufeffa":1}', "null"]]);
    expect(values(await read(text))).toEqual([{ "\ufeffa": "1", b: "" }]);
  });
});

describe("a cell", () => {
  it.each([
    ["null", ""],
    ['""', '""'],
    ['"a"', "a"],
    ['"a b"', "a b"],
    ['" a"', '" a"'],
    ['"a "', '"a "'],
    ['" "', '" "'],
    ['"a,b"', '"a,b"'],
    ['"a\\tb"', "a\tb"],
    ['"a\\nb"', '"a\nb"'],
    ['"a\\r"', '"a\r"'],
    ['"\\""', '""""'],
    ['"\\\\n"', "\\n"],
    ['"\\u00e9\\ud83d\\ude00"', "é😀"],
    ['"null"', "null"],
    ["5.0", "5.0"],
    ["-1E+05", "-1E+05"],
    ["true", "true"],
    ["[]", "[]"],
    ['{"a":"x\\"y"}', '"{""a"":""x\\""y""}"'],
  ])("of %s is %j", async (json, expected) => {
    expect(await cell(json)).toBe(expected);
  });

  it("of a type that the value is not of is the value all the same", async () => {
    for (const type of ["double", "int64", "boolean"] as const) {
      for (const [json, text] of [
        ["1", "1,1"],
        ["true", "true,true"],
        ['"x"', "x,x"],
        ["null", ","],
        ["[1]", "[1],[1]"],
      ]) {
        expect(await cell(json, type)).toBe(text);
      }
    }
  });

  it("of type json is JSON, strings too", async () => {
    expect(await cell('"x"', "json")).toBe('"""x""",x');
    expect(await cell("null", "json")).toBe(",");
  });

  it("of TSV is quoted for tabs, not for commas", async () => {
    expect(await cell('"a,b"', "string", tsvOutput)).toBe("a,b");
    expect(await cell('"a\\tb"', "string", tsvOutput)).toBe('"a\tb"');
  });

  it("can't hold half of a surrogate pair", async () => {
    const writing = cell('"\\ud83d"');
    await expect(writing).rejects.toThrow(UnwritableRowError);
    await expect(writing).rejects.toThrow(
      "The column 'v' has half of a surrogate pair, which UTF-8 can't hold",
    );
  });
});

describe("what is written is read", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc
      .array(fc.constantFrom('"', ",", "\n", "\r", "\t", " ", "a", "é", "\ufeff"), { maxLength: 5 })
      .map((all) => all.join("")),
  );
  const name = fc.oneof(text, fc.constantFrom("__proto__", "constructor")).filter((name) => name !== "");
  const table = fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((names) =>
    fc.record({
      names: fc.constant(names),
      rows: fc.array(fc.array(text, { minLength: names.length, maxLength: names.length }), { maxLength: 6 }),
    }),
  );
  const record = (names: readonly string[], cells: readonly string[]): string =>
    `{${names.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(cells[i])}`).join(",")}}`;

  it.each([
    ["CSV", csvInput, csvOutput],
    ["TSV", tsvInput, tsvOutput],
  ])("strings of %s", async (_, input, output) => {
    await fc.assert(
      fc.asyncProperty(table, async ({ names, rows }) => {
        const records = rows.map((cells) => record(names, cells));
        const text = await write(
          names.map((name) => field(name)),
          records.map((record) => [record, "null"]),
          output,
        );
        const seen = await read(text, {}, input);
        expect(seen.records.map(({ text }) => text)).toEqual(records);
        expect([seen.unreadable, seen.blank]).toEqual([[], 0]);
      }),
      { numRuns: 1000 },
    );
  });

  it("numbers, booleans, JSON, null and absent, by the schema's types, with their tokens", async () => {
    const token = fc.constantFrom("5.0", "-0", "1e400", "1234567890123456789", "true", "false");
    const json = fc
      .tuple(tree, choices)
      .filter(([{ kind }]) => kind === "array" || kind === "object")
      .map(([tree, choices]) => spell(tree, choices))
      // A value of this type is written as its JSON text, escapes and all: nothing is decoded.
      .filter((text) => text !== "");
    const value = fc.oneof(token, json, fc.constant("null"));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value)), async (rows) => {
        const records = rows.map(([a, b]) => `{"a":${a},"b":${b}}`);
        const text = await write(
          [field("a", "json"), field("b", "double")],
          records.map((record) => [record, "null"]),
        );
        const types = ["number", "boolean", "array", "object"] as const;
        const seen = await read(text, { fieldTypes: { a: [...types, "null"], b: types } });
        expect(seen.records.map(({ text }) => text)).toEqual(
          records.map((record) => record.replace(/,"b":null\}$/, "}")),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("megabytes of it, range by range", async () => {
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => [`{"a":${i},"b":"x\\n\\"${i}\\""}`, `"p${i % 3}"`] as const,
    );
    const columns: Column[] = [field("a"), field("b"), { name: "p", source: "prediction", type: "string" }];
    const text = Buffer.from(await write(columns, rows));
    const file = {
      name: "big.csv",
      size: text.length,
      read: (start: number, end: number) => chunksOf(text, start, end),
    };
    const seen = await readSplit(file, 50_000, { fieldTypes: { a: ["integer"] } });
    expect(seen.records.map(({ text }) => text)).toEqual(
      rows.map(([record, prediction]) => `${record.slice(0, -1)},"p":${prediction}}`),
    );
  });
});

async function* chunksOf(text: Buffer, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < Math.min(end, text.length); at += 65_536) {
    yield Promise.resolve(text.subarray(at, Math.min(at + 65_536, end)));
  }
}
