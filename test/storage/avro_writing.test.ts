// Avro files that are written: read back the same, by this project and by avsc, alone and put together.
import fc from "fast-check";
import { ByteColumn } from "../../storage/byte_column";
import { UnwritableRowError } from "../../storage/errors";
import { avroOutput } from "../../storage/formats/avro";
import { choices, spell, tree } from "../json_texts";
import { columnsOf, layoutOf, memoryFile, readRows, readWithAvsc, writeRows } from "./avro_files";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const maybe = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant("null"), texts);

const row = fc.record({
  d: maybe(
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((d) => (Object.is(d, -0) ? "-0" : JSON.stringify(d))),
  ),
  i: maybe(
    fc
      .oneof(int64, fc.bigInt({ min: -70n, max: 70n }), fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n }))
      .map(String),
  ),
  b: maybe(fc.boolean().map(String)),
  s: maybe(fc.string({ unit: "binary" }).map((s) => JSON.stringify(s))),
  j: maybe(fc.tuple(tree, choices).map(([value, how]) => spell(value, how))),
});

const COLUMNS = columnsOf({ d: "double", i: "int64", b: "boolean", s: "string", j: "json" });

test("rows of any values are read back as they were", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), async (rows, step) => {
      const texts = rows.map(({ d, i, b, s, j }) => `{"d":${d},"i":${i},"b":${b},"s":${s},"j":${j}}`);
      const { file } = await writeRows(
        COLUMNS,
        texts.map((text) => [text, "1"]),
        "job",
        step,
      );
      const read = await readRows(memoryFile(file));
      expect(read.texts).toEqual(texts);
      expect(read.unreadable).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("an output without rows is a header, which is a file", async () => {
  const { file, body } = await writeRows(COLUMNS, []);
  expect(body).toHaveLength(0);
  expect((await readRows(memoryFile(file))).texts).toEqual([]);
  expect(await readWithAvsc(file)).toEqual([]);
});

describe("of many rows", () => {
  const columns = columnsOf({ i: "int64", s: "string" });
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => [`{"i":${from + i},"s":"row ${from + i}"}`, "1"] as const);

  test("there are several blocks, in order, and they are compressed", async () => {
    const { file } = await writeRows(columns, rows(0, 60_000), "job", 1000);
    const { texts, offsets } = await readRows(memoryFile(file));
    expect(texts).toEqual(rows(0, 60_000).map(([text]) => text));
    expect(new Set(offsets).size).toBeGreaterThan(3);
    expect(file.length).toBeLessThan(60_000 * 10);
  });

  test("shards of a job, one after the other, the header once, are a file", async () => {
    const shards = [rows(0, 10), [], rows(10, 30_000), rows(30_010, 1)];
    const written = await Promise.all(shards.map((some) => writeRows(columns, some, "a job")));
    for (const { header } of written) expect(header).toEqual(written[0].header);
    const merged = Buffer.concat([written[0].header, ...written.map(({ body }) => body)]);
    const texts = shards.flat().map(([text]) => text);
    expect((await readRows(memoryFile(merged))).texts).toEqual(texts);
    expect((await readWithAvsc(merged)).map((value) => JSON.stringify(value))).toEqual(texts);
    const other = await writeRows(columns, [], "another job");
    expect(other.header.subarray(-16)).not.toEqual(written[0].header.subarray(-16));
  });
});

test("blocks are given out while rows come, not kept until the end", async () => {
  const encoder = avroOutput.encoder(layoutOf(columnsOf({ s: "string" })), "job");
  const rows = {
    records: ByteColumn.of([`{"s":"${"x".repeat(1 << 19)}"}`]),
    predictions: ByteColumn.of(["1"]),
  };
  const sizes: number[] = [];
  for (let i = 0; i < 5; i++) sizes.push((await encoder.encode(rows)).length);
  expect(sizes.slice(2).every((size) => size > 0)).toBe(true);
  expect((await encoder.finish()).length).toBeGreaterThan(0);
});

test("the same rows give the same bytes, however they come", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => [`{"d":${i}}`, "1"] as const);
  const [a, b] = await Promise.all([1, 7].map((step) => writeRows(COLUMNS, rows, "job", step)));
  expect(a.file).toEqual(b.file);
});

test("avsc reads every type", async () => {
  const record = '{"d":0.1,"i":-5,"b":true,"s":"é\\n","j":{"a":[1,5.0]},"x":1}';
  const { file } = await writeRows(COLUMNS, [
    [record, "1"],
    ["{}", "1"],
  ]);
  expect(await readWithAvsc(file)).toEqual([
    { d: 0.1, i: -5, b: true, s: "é\n", j: '{"a":[1,5.0]}' },
    { d: null, i: null, b: null, s: null, j: null },
  ]);
});

test("columns may be of the record, of the prediction, whole or of a field, and one field in two", async () => {
  const { file } = await writeRows(
    [
      { name: "label", source: "prediction", field: "label", type: "string" },
      { name: "id", source: "record", field: "id", type: "int64" },
      { name: "all", source: "prediction", type: "json" },
      { name: "id_text", source: "record", field: "id", type: "string" },
      { name: "record", source: "record", type: "json" },
    ],
    [
      ['{"id":1}', '{"label":"a","score":5.0}'],
      ['{"id":2}', "null"],
    ],
  );
  expect((await readRows(memoryFile(file))).texts).toEqual([
    '{"label":"a","id":1,"all":{"label":"a","score":5.0},"id_text":"1","record":{"id":1}}',
    '{"label":null,"id":2,"all":null,"id_text":"2","record":{"id":2}}',
  ]);
});

test("names that Avro does not allow are cleaned, and restored by this project's reader", async () => {
  const names = ["petal length", "petal_length", "1st", "é", "", "petal-length", 'a"b', "_"];
  const columns = names.map((name) => ({
    name,
    source: "record" as const,
    field: name,
    type: "int64" as const,
  }));
  const record = `{${names.map((name, i) => `${JSON.stringify(name)}:${i}`).join(",")}}`;
  const { file } = await writeRows(columns, [[record, "1"]]);
  expect((await readRows(memoryFile(file))).texts).toEqual([record]);
  expect(await readWithAvsc(file)).toEqual([
    { petal_length_2: 0, petal_length: 1, _1st: 2, __2: 3, __3: 4, petal_length_3: 5, a_b: 6, _: 7 },
  ]);
});

test("a value that its column can't hold is refused, naming both, where the record was valid", async () => {
  const columns = columnsOf({ n: "double" });
  const written = writeRows(columns, [['{"n":"many"}', "1"]]);
  await expect(written).rejects.toThrow(UnwritableRowError);
  await expect(written).rejects.toThrow(
    "The column 'n' holds values of the type double, and a row has \"many\" there, which it can't hold as it is. " +
      "Write jsonl or tsv-json instead, which hold any value.",
  );
});

test("of a record that was not valid the other values are written", async () => {
  const columns = columnsOf({ n: "double", i: "int64", s: "string" });
  const { file } = await writeRows(columns, [
    ['{"n":"many","i":1.5,"s":"a"}', "null"],
    ["[]", "null"],
  ]);
  expect((await readRows(memoryFile(file))).texts).toEqual([
    '{"n":null,"i":null,"s":"a"}',
    '{"n":null,"i":null,"s":null}',
  ]);
});

test("it is a format that compresses within", () => {
  expect(avroOutput).toMatchObject({ extension: ".avro", isText: false });
  expect(avroOutput).not.toHaveProperty("merge");
  expect(avroOutput.encoder(layoutOf(COLUMNS), "a").header().subarray(0, 4).toString("latin1")).toBe(
    "Obj\u0001",
  );
});
