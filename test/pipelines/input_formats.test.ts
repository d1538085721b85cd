// Input of every format and compression through the command: what is read, what fails and how it is told.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { IrisModel } from "../../models/iris";
import { fileEncoder } from "../../storage/formats";
import { ByteColumn } from "../../storage";
import { commandTest, commandTests, linesOf, SAMPLE, type Counts, type Workplace } from "./command";
import { fileOf } from "./format_places";

const HEADER = "sepal_length,sepal_width,petal_length,petal_width";
const schemas = new IrisModel();

/** A flower like no other. */
function flower(i: number): string {
  return `{"sepal_length":${5 + i / 100},"sepal_width":3,"petal_length":1.5,"petal_width":0.2}`;
}

async function countsOf(place: Workplace, call: string): Promise<Counts> {
  const { status, stdout, stderr } = await place.run(`${call} --summary json`);
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Counts;
}

async function zstd(text: string): Promise<Buffer> {
  const layout = { join: "input", predictionPrefix: "", predictionFields: [], columns: [] } as const;
  const encoder = fileEncoder({ format: "lines", compression: "zstd", layout }, "test");
  const rows = { records: ByteColumn.of(linesOf(text)), predictions: ByteColumn.of([]) };
  return Buffer.concat([encoder.header(), await encoder.encode(rows), await encoder.finish()]);
}

commandTest("files of all formats in one job, told by their extensions in any case", async (place) => {
  const files: [string, string | Buffer][] = [
    ["a.csv", `${HEADER}\n5.00,3,1.5,0.2\n`],
    ["b.TSV", `${HEADER.replaceAll(",", "\t")}\n5.01\t3\t1.5\t0.2`],
    ["c.parquet", await fileOf("parquet", { texts: [flower(2)], schemas })],
    ["d.avro", await fileOf("avro", { texts: [flower(3)], schemas })],
    ["e.json", `[\n${flower(4)}\n,${flower(5)}]`],
    ["f.JSONL", flower(6)],
    ["g.ndjson", flower(7)],
    ["h.unknown", flower(8)],
    ["none", flower(9)],
    // Regression: no file that was compressed as a whole could be read.
    ["i.jsonl.gz", gzipSync(`${flower(10)}\n${flower(11)}\n`)],
    ["j.CSV.GZ", gzipSync(`${HEADER}\n5.12,3,1.5,0.2\n`)],
    ["k.json.gz", gzipSync(`[${flower(13)}]`)],
    ["l.ldjson.zst", await zstd(`${flower(14)}\n${flower(15)}\n`)],
    ["m.gz", gzipSync(flower(16))],
  ];
  for (const [name, content] of files) place.write(name, content);
  const call = `--input ${files.map(([name]) => name).join(" ")} --output output.ldjson`;
  expect(await countsOf(place, call)).toMatchObject({ read: 17, distinct: 17, predicted: 17, failures: 0 });
  expect(place.lines("output.ldjson").map((line) => Number(/length":([\d.]+)/.exec(line)![1]))).toEqual(
    Array.from({ length: 17 }, (_, i) => 5 + i / 100),
  );
});

commandTest("--input_format, by its other names too, goes before the extension", async (place) => {
  place.write("data.csv", `${flower(0)}\n${flower(1)}\n`);
  place.write("data.txt.gz", gzipSync(`${HEADER}\n5,3,1.5,0.2\n`));
  const calls = ["jsonl", "ndjson", "ldjson", "json"].map(
    (name) => `--input data.csv --input_format ${name}`,
  );
  const counts = [...calls, "--input data.txt.gz --input-format=csv"].map((call, i) =>
    countsOf(place, `${call} --output ${i}.ldjson`),
  );
  expect((await Promise.all(counts)).map(({ read, predicted }) => [read, predicted])).toEqual([
    [2, 2],
    [2, 2],
    [2, 2],
    [2, 2],
    [1, 1],
  ]);
});

commandTest("rows of CSV that are none, and cells that are not what the model asks for", async (place) => {
  const rows = ["5,3,1.5,0.2", "6,3", '5,"3",abc,0.2', "7,3,1.5,,", "", "5,3,1.5,", "6e0,3,1,1"];
  place.write("in.csv", `\ufeff${HEADER}\r\n${rows.join("\r\n")}`);
  const counts = await countsOf(place, "--input in.csv --output output.jsonl");
  expect(counts).toMatchObject({ read: 6, blank: 1, distinct: 4, predicted: 2, failures: 4 });
  expect(counts).toMatchObject({ unreadable: { not_csv: 2 }, null: { invalid_input: 2 } });
  const record = { sepal_length: 5, sepal_width: 3, petal_length: "abc", petal_width: 0.2 };
  expect(place.failures()).toMatchObject([
    { kind: "not_csv", file: "in.csv", line: 3, content: "6,3", reason: "has 2 cells, the header 4" },
    { kind: "invalid_input", line: 4, field: "petal_length", reason: "must be number", record },
    { kind: "not_csv", line: 5, content: "7,3,1.5,,", reason: "has 5 cells, the header 4" },
    { kind: "invalid_input", line: 7, field: "petal_width" },
  ]);
  expect(place.read("output.jsonl")).toContain(`{"input":${JSON.stringify(record)},"prediction":null}\n`);
  // Numbers stay as they were written.
  expect(place.read("output.jsonl")).toContain('{"input":{"sepal_length":6e0,');
});

commandTest("CSV without a header, its columns named by --columns", async (place) => {
  place.write("in.csv", "0.2,x,3,5.0,1.5\n0.3,y,3,5.0,1.5\n");
  const columns = "petal_width,id,sepal_width,sepal_length,petal_length";
  const call = `--input in.csv --columns ${columns} --extra_fields allow --select id,petal_width`;
  expect(await countsOf(place, `${call} --output output.jsonl`)).toMatchObject({ read: 2, predicted: 2 });
  expect(place.lines("output.jsonl")).toEqual([
    '{"input":{"id":"x","petal_width":0.2},"prediction":{"species":"setosa"}}',
    '{"input":{"id":"y","petal_width":0.3},"prediction":{"species":"setosa"}}',
  ]);
});

commandTest("empty files of formats that may be empty have no records", async (place) => {
  const names = ["a.csv", "b.tsv", "c.json", "d.jsonl", "e"];
  for (const name of names) place.write(name, "");
  place.write("f.csv", HEADER);
  place.write("g.json", "[]");
  place.write("h.jsonl.gz", gzipSync(""));
  const call = `--input ${names.join(" ")} f.csv g.json h.jsonl.gz --output output.ldjson`;
  expect(await countsOf(place, call)).toMatchObject({ read: 0, blank: 0, distinct: 0, failures: 0 });
  expect([place.read("output.ldjson"), place.read("output.errors.ldjson")]).toEqual(["", ""]);
});

describe("one line that names the file, exit status 1 and nothing written for", () => {
  const texts = linesOf(readFileSync(SAMPLE, "utf8")).slice(0, 14);
  const half = (content: Buffer): Buffer => content.subarray(0, content.length / 2);
  const nothing = Buffer.alloc(0);

  commandTests<[string, string, () => Buffer | Promise<Buffer>, RegExp]>([
    ["an empty .gz", "a.jsonl.gz", () => nothing, /it is empty \(0 bytes\)/],
    ["an empty .zst", "a.csv.zst", () => nothing, /it is empty \(0 bytes\)/],
    ["an empty .parquet", "a.parquet", () => nothing, /it is empty \(0 bytes\)/],
    ["an empty .avro", "a.avro", () => nothing, /it is empty/],
    ["half a .gz", "a.jsonl.gz", () => half(gzipSync(texts.join("\n"))), /cut off/],
    ["half a .zst", "a.jsonl.zst", async () => half(await zstd(texts.join("\n"))), /cut off/],
    [
      "half a .parquet",
      "a.parquet",
      async () => half(await fileOf("parquet", { texts, schemas })),
      /cut off/,
    ],
    [
      "half an .avro",
      "a.avro",
      async () => half(await fileOf("avro", { texts, schemas })),
      /A part of the file is missing/,
    ],
    ["text named .gz", "a.csv.gz", () => Buffer.from(texts[0]), /it is no gzip data/],
    ["text named .parquet", "a.parquet", () => Buffer.from(texts[0]), /it is not a Parquet file/],
    ["gzip not named .gz", "a.csv", () => gzipSync(HEADER), /not UTF-8/],
  ])("%s", async (place, _, name, content, told) => {
    place.write(name, await content());
    const { status, stdout, stderr } = await place.run(`--input ../sample.ldjson ${name} --output out/o.csv`);
    expect(stderr).toMatch(told);
    expect(linesOf(stderr).at(-1)).toMatch(new RegExp(`^Cannot read '${name}': `));
    expect(linesOf(stderr)).toHaveLength(1);
    // The folder of the output may have been made, with nothing in it.
    const left = place.names().flatMap((entry) => (entry === "out" ? place.names("out") : [entry]));
    expect([status, stdout, left]).toEqual([1, "", [name]]);
  });
});
