// Writing Parquet: what was written is read again, whatever the values, the row groups and the shards that are merged.
import fc from "fast-check";
import { ByteColumn } from "../../storage/byte_column";
import { UnwritableRowError } from "../../storage/errors";
import type { Column } from "../../storage/formats/output_format";
import { parquetOutput } from "../../storage/formats/parquet";
import { meaning, spell, tree, choices } from "../json_texts";
import { merged, textsOf, written } from "./parquet_files";

const COLUMNS: Column[] = [
  { name: "double", source: "record", field: "d", type: "double" },
  { name: "int64", source: "record", field: "i", type: "int64" },
  { name: "boolean", source: "record", field: "b", type: "boolean" },
  { name: "a string", source: "record", field: "s\n", type: "string" },
  { name: "json", source: "record", field: "j", type: "json" },
  { name: "same", source: "record", field: "d", type: "string" },
  { name: "whole", source: "record", type: "json" },
  { name: "prediction", source: "prediction", field: "p", type: "double" },
];

const text = fc.string({ unit: "grapheme", maxLength: 6 });
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(5, 0, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, 0.1),
);
const int64 = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n),
);

/** A row: what its cells have to be, in the order of COLUMNS, and whether fields without a value are left out. */
const row = fc.record({
  d: fc.option(double),
  i: fc.option(int64),
  b: fc.option(fc.boolean()),
  s: fc.option(text),
  j: fc.option(fc.tuple(tree, choices).map(([value, how]) => spell(value, how))),
  p: fc.option(double),
  sparse: fc.boolean(),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

function number(value: number | null): string {
  return value === null ? "null" : Object.is(value, -0) ? "-0" : String(value);
}

function recordOf({ d, i, b, s, j, sparse }: Row): string {
  const members = [
    ["j", j ?? "null"],
    ["d", number(d)],
    ["i", i === null ? "null" : `${i}`],
    ["b", String(b)],
    ["s\n", s === null ? "null" : JSON.stringify(s)],
  ].filter(([, value]) => !sparse || value !== "null");
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

function expectedOf(row: Row): string {
  const { d, i, b, s, j, p } = row;
  return (
    `{"double":${number(d)},"int64":${i === null ? "null" : `${i}`},"boolean":${b},` +
    `"a string":${s === null ? "null" : JSON.stringify(s)},"json":${j ?? "null"},` +
    `"same":${d === null ? "null" : `"${number(d)}"`},"whole":${recordOf(row)},"prediction":${number(p)}}`
  );
}

function fileOfRows(rows: readonly Row[]): Promise<Buffer> {
  const half = Math.floor(rows.length / 2);
  const pairs = rows.map((row): [string, string] => [recordOf(row), `{"p":${number(row.p)}}`]);
  return written(COLUMNS, [pairs.slice(0, half), [], pairs.slice(half)]);
}

function meanings(texts: readonly string[]): string[] {
  return texts.map(meaning);
}

describe("what was written", () => {
  it("is read again, any values of any type", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
        expect(meanings(await textsOf(await fileOfRows(rows)))).toEqual(meanings(rows.map(expectedOf)));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the tokens of JSON", async () => {
    const record = '{"j":{"b":5.0,"a":[1e2,"\\u0041",12345678901234567890]}}';
    const [text] = await textsOf(await written(COLUMNS, [[[record, "null"]]]));
    expect(text).toContain('"json":{"b":5.0,"a":[1e2,"\\u0041",12345678901234567890]},');
  });

  it("is of one form in each file: the header, and nothing but a footer where there are no rows", async () => {
    const empty = await written(COLUMNS, []);
    expect(parquetOutput.encoder({ ...LAYOUT, columns: [] }, "a").header()).toEqual(Buffer.from("PAR1"));
    expect(empty.subarray(0, 4).toString()).toBe("PAR1");
    expect(await textsOf(empty)).toEqual([]);
  });

  it("comes in row groups, which are given out as they fill", async () => {
    const columns = [COLUMNS[1]];
    const encoder = parquetOutput.encoder({ ...LAYOUT, columns }, "job");
    const parts = [encoder.header()];
    const count = 140_000;
    const rows = Array.from({ length: count }, (_, i) => `{"i":${i}}`);
    for (let i = 0; i < count; i += 10_000) {
      const records = ByteColumn.of(rows.slice(i, i + 10_000));
      parts.push(await encoder.encode({ records, predictions: ByteColumn.of(rows.slice(i, i + 10_000)) }));
    }
    expect(parts.filter(({ length }) => length > 4)).toHaveLength(1);
    const texts = await textsOf(Buffer.concat([...parts, await encoder.finish()]));
    expect(texts).toEqual(rows.map((_, i) => `{"int64":${i}}`));
  });

  it("comes in row groups of few rows where rows are large", async () => {
    const encoder = parquetOutput.encoder({ ...LAYOUT, columns: [COLUMNS[0]] }, "job");
    // What is not written counts too: it is what the rows were held as.
    const records = ByteColumn.of([`{"d":1,"other":"${"x".repeat(33 << 20)}"}`]);
    const rows = { records, predictions: ByteColumn.of(["null"]) };
    const parts = [encoder.header()];
    for (let i = 0; i < 3; i++) parts.push(await encoder.encode(rows));
    expect(parts.map(({ length }) => length > 4)).toEqual([false, false, true, false]);
    const texts = await textsOf(Buffer.concat([...parts, await encoder.finish()]));
    expect(texts).toEqual(Array.from({ length: 3 }, () => '{"double":1}'));
  });
});

const LAYOUT = { join: "input", predictionPrefix: "", predictionFields: [], columns: COLUMNS } as const;

describe("a value that its column can't hold", () => {
  const cases: [column: number, value: string][] = [
    [0, '"text"'],
    [0, "[1]"],
    [0, "true"],
    [0, "1e999"],
    [1, "1.5"],
    [1, "9223372036854775808"],
    [1, "-9223372036854775809"],
    [1, "1e19"],
    [1, "1e-1"],
    [1, "1e999999999999999"],
    [1, '"5"'],
    [2, "1"],
    [2, '"true"'],
    [3, '"\\ud800"'],
  ];
  it.each(cases)("in column %i is refused: %s", async (place, value) => {
    const { name, field } = COLUMNS[place];
    const record = `{${JSON.stringify(field)}:${value}}`;
    const file = written([COLUMNS[place]], [[[record, '{"p":1}']]]);
    await expect(file).rejects.toBeInstanceOf(UnwritableRowError);
    await expect(file).rejects.toThrow(
      new RegExp(`^The column '${name}' holds .+ Write jsonl or tsv-json instead`),
    );
    await expect(file).rejects.toThrow(value);
  });

  it.each(cases)("in column %i is null where there is no prediction: %s", async (place, value) => {
    const record = `{${JSON.stringify(COLUMNS[place].field)}:${value}}`;
    const texts = await textsOf(await written([COLUMNS[place]], [[[record, "null"]]]));
    expect(texts).toEqual([`{${JSON.stringify(COLUMNS[place].name)}:null}`]);
  });
});

describe("values that look like others", () => {
  it.each([
    ["5.0", "5"],
    ["1e3", "1000"],
    ["120e-1", "12"],
    ["0e999999999999999", "0"],
    ["-0", "0"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["9.223372036854775807e18", "9223372036854775807"],
  ])("%s is an integer", async (value, expected) => {
    const texts = await textsOf(await written([COLUMNS[1]], [[[`{"i":${value}}`, "{}"]]]));
    expect(texts).toEqual([`{"int64":${expected}}`]);
  });

  it.each(["[1,2]", '"text"', "5"])("%s has no fields", async (record) => {
    const texts = await textsOf(await written([COLUMNS[0], COLUMNS[6]], [[[record, "{}"]]]));
    expect(texts).toEqual([`{"double":null,"whole":${record}}`]);
  });

  it.each(["5.0", "true", '{"a":1}', "[ ]".replace(" ", "")])("%s is a string as it is", async (value) => {
    const texts = await textsOf(await written([COLUMNS[3]], [[[`{"s\\n":${value}}`, "{}"]]]));
    expect(texts).toEqual([`{"a string":${JSON.stringify(value)}}`]);
  });
});

describe("merging", () => {
  it("gives the rows of all files, one after the other, also of merged files", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 6 }), { minLength: 1, maxLength: 8 }),
        async (shards) => {
          const files = await Promise.all(shards.map(fileOfRows));
          const once = await merged(files);
          const expected = meanings(shards.flat().map(expectedOf));
          expect(meanings(await textsOf(once))).toEqual(expected);
          expect(meanings(await textsOf(await merged([once, files[0]])))).toEqual([
            ...expected,
            ...meanings(shards[0].map(expectedOf)),
          ]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("takes fifty files, empty ones among them, in bounded time", async () => {
    const files: Buffer[] = [];
    for (let i = 0; i < 50; i++) {
      const rows = Array.from({ length: i % 4 }, (_, k): [string, string] => [`{"i":${i * 10 + k}}`, "{}"]);
      files.push(await written([COLUMNS[1]], [rows]));
    }
    const expected = files.flatMap((_, i) =>
      Array.from({ length: i % 4 }, (_, k) => `{"int64":${i * 10 + k}}`),
    );
    expect(await textsOf(await merged(files))).toEqual(expected);
  });

  it("of files without rows gives one without rows", async () => {
    const empty = await written(COLUMNS, []);
    expect(await textsOf(await merged([empty, empty, empty]))).toEqual([]);
  });

  it("refuses files of other columns", async () => {
    const files = await Promise.all([COLUMNS, COLUMNS.slice(1)].map((columns) => written(columns, [])));
    await expect(merged(files)).rejects.toThrow(
      "Cannot read '1': its columns are not those of the other shards",
    );
  });
});
