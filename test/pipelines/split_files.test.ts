// Large files are cut by --split_bytes: what is written is the same, and failures say where they were.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { commandTest, commandTests, linesOf, REPOSITORY, type FailureLine, type Workplace } from "./command";
import { IrisModel } from "../../models/iris";
import { mergeFiles, outputLayout } from "../../storage/formats";
import { fileOf } from "./format_places";

const GENERATE = path.join(REPOSITORY, "bench/generate.mjs");
/** 400 records, one in ten of them with a string for a number. */
const TEXTS = linesOf(execFileSync(process.execPath, [GENERATE, "400", "--bad", "10"]).toString()).map(
  (line) => line.replaceAll(" ", ""),
);
const FIELDS = Object.keys(JSON.parse(TEXTS[0]) as object);
const ROWS = TEXTS.map((text) => Object.values(JSON.parse(text) as object).join(","));

/** The records in a file of eight row groups or blocks, which can be read apart; what is no number is null in it. */
async function ofManyBlocks(format: "parquet" | "avro"): Promise<Buffer> {
  const schemas = new IrisModel();
  const layout = outputLayout(schemas, {}, false);
  const columns = layout.columns.filter(({ source }) => source === "record");
  const files = await Promise.all(
    Array.from({ length: 8 }, (_, i) => {
      const texts = TEXTS.slice(50 * i, 50 * (i + 1)).map((text) => text.replace('"asd"', "null"));
      return fileOf(format, { texts, schemas });
    }),
  );
  const shards = files.map((bytes, i) => ({
    path: String(i),
    size: bytes.length,
    async *read(start: number, end: number) {
      yield bytes.subarray(start, end);
    },
  }));
  const segments = await mergeFiles({ format, layout: { ...layout, columns } }, "test", shards);
  return Buffer.concat(
    segments.map((segment) =>
      Buffer.isBuffer(segment) ? segment : files[Number(segment.shard)].subarray(segment.start, segment.end),
    ),
  );
}

/** Reads a file in one part and in parts of 1000 bytes; gives the failures of both, in the order of their records. */
async function bothWays(place: Workplace, name: string): Promise<FailureLine[][]> {
  const sizes = [1 << 20, 1000];
  const ended = await Promise.all(
    sizes.map((size) =>
      place.run(`--input ${name} --output ${size}.jsonl --split_bytes ${size} --summary json`),
    ),
  );
  const [whole, cut] = ended.map(({ status, stdout, stderr }) => {
    expect([status, stderr]).toEqual([0, ""]);
    return {
      ...(JSON.parse(stdout) as object),
      ...{ output: 0, errors: 0, seconds: 0, records_per_second: 0 },
    };
  });
  expect(cut).toEqual(whole);
  const [first, second] = sizes.map((size) => place.lines(`${size}.jsonl`));
  expect(second).toEqual(first);
  return sizes.map((size) => {
    const failures = linesOf(place.read(`${size}.errors.ldjson`)).sort();
    const all = failures.map((line) => JSON.parse(line) as FailureLine & { offset: number });
    return all.sort((a, b) => a.offset - b.offset || a.line - b.line);
  });
}

commandTest("JSON lines: behind the first part a failure tells its byte, and no line", async (place) => {
  const lines = [...TEXTS, "not json"];
  place.write("in.jsonl", `\ufeff${lines.join("\r\n")}`);
  const [whole, cut] = await bothWays(place, "in.jsonl");
  expect(cut.length).toBeGreaterThan(30);
  expect(cut.at(-1)).toEqual(
    Object.fromEntries(Object.entries(whole.at(-1)!).filter(([key]) => key !== "line")),
  );
  const content = Buffer.from(place.read("in.jsonl"));
  for (const [i, failure] of (cut as (FailureLine & { offset: number })[]).entries()) {
    const { line, ...rest } = whole[i];
    // The first part has at least 1000 bytes and ends in the line that begins in it.
    expect(failure).toEqual(failure.offset < 1000 ? whole[i] : rest);
    const text = content.subarray(failure.offset).toString().split("\r\n")[0];
    expect(text.replace("\ufeff", "")).toBe(lines[line - 1]);
  }
});

commandTest(
  "Avro: behind the first part a failure tells the byte of its block, and no row",
  async (place) => {
    place.write("in.avro", await ofManyBlocks("avro"));
    const [whole, cut] = await bothWays(place, "in.avro");
    const numbered = cut.filter((failure) => "row" in failure);
    expect([
      numbered.length > 0,
      numbered.length < cut.length,
      whole.every((failure) => "row" in failure),
    ]).toEqual([true, true, true]);
    const texts = (failures: FailureLine[]): string[] =>
      failures.map((failure) => JSON.stringify({ ...failure, row: 0 }, Object.keys(failure).sort())).sort();
    expect(texts(cut.map((failure) => ({ ...failure, row: 0 })))).toEqual(texts(whole));
  },
);

describe("a failure has its number in every part of", () => {
  commandTests<[string, () => Buffer | Promise<Buffer>, "line" | "row"]>([
    [
      "in.csv",
      () =>
        Buffer.from(
          [FIELDS.join(","), ...ROWS.map((row, i) => (i % 50 ? row : row.replace(/^/, '"\n",')))].join("\n"),
        ),
      "line",
    ],
    ["in.parquet", () => ofManyBlocks("parquet"), "row"],
  ])("%s", async (place, name, content, unit) => {
    place.write(name, await content());
    const [whole, cut] = await bothWays(place, name);
    expect(cut.length).toBeGreaterThan(30);
    expect(cut).toEqual(whole);
    for (const failure of cut) expect(failure).toHaveProperty(unit, expect.any(Number));
  });
});
