// Wrong calls about files and formats: one clear line, exit status 2, nothing written, nothing read over.
import { commandTest, commandTests, linesOf, SAMPLE, Workplace } from "./command";
import { Store } from "./stores";
import { readFileSync } from "node:fs";

const SAMPLE_TEXT = readFileSync(SAMPLE, "utf8");

/** Each call, and what it is told. */
const CALLS: [string, RegExp][] = [
  ["--input_format xml", /'xml' is invalid\. .* jsonl, json, csv, tsv, parquet, avro\.$/],
  ["--output_format xml", /'xml' is invalid\. .* tsv-json, jsonl, jsonl-merged, csv, tsv, parquet, avro\.$/],
  ["--output_compression brotli", /'brotli' is invalid\. .* none, gzip, zstd\.$/],
  ["--output out.parquet.gz", /^A parquet file is compressed within, .* leave \.gz off\.$/],
  ["--output out.avro --output_compression zstd", /^An? avro file is compressed within/],
  ["--output out/ --num_shards 0", /'--num_shards <n>' argument '0' is invalid\. .* from 1\.$/],
  ["--output out.csv --num_shards 2", /^--num_shards is of a folder: .* in \/\.$/],
  ["--split_bytes 64MB", /argument '64MB' is invalid/],
  ["--columns a,,b", /argument 'a,,b' is invalid\. .* commas between them\.$/],
  ["--columns a,b,a", /argument 'a,b,a' is invalid\. 'a' is there twice\.$/],
  ["--columns a,b", /^--columns is of CSV and TSV, and no input is that: /],
  ["--input - --columns a,b", /^--columns is of CSV and TSV, and no input is that: /],
  ["--select=", /'--select <fields>' argument '' is invalid/],
  ["--select a --join none", /^--join none writes nothing of a record/],
  ["--join both", /'both' is invalid\. .* input, none\.$/],
  ["--extra_fields some", /'some' is invalid\. .* allow, refuse\.$/],
  ["--s3_endpoint nonsense", /argument 'nonsense' is invalid\. .* http:\/\/HOST:PORT\.$/],
  ["--gcs_endpoint ftp://host", /argument 'ftp:\/\/host' is invalid/],
];

describe("one line and exit status 2 for", () => {
  commandTests(CALLS)("%s", async (place, args, told) => {
    const { status, stdout, stderr } = await place.run(
      `--input ../sample.ldjson --output out.ldjson ${args}`,
    );
    expect(stderr.trimEnd()).toMatch(told);
    expect(linesOf(stderr)).toHaveLength(1);
    expect([status, stdout, place.names()]).toEqual([2, "", []]);
  });

  commandTest("an input that is compressed as a whole and within", async (place) => {
    place.write("in.parquet.gz", "");
    const { status, stderr } = await place.run("--input in.parquet.gz --output out.csv");
    expect(stderr).toMatch(/^A parquet file is compressed within/);
    expect([status, place.names()]).toEqual([2, ["in.parquet.gz"]]);
  });
});

test("an output in a store that would take the place of an input, by its name or as its folder", async () => {
  const store = await Store.start("s3");
  try {
    await store.put("in/part-00000-of-00001.ldjson", SAMPLE_TEXT);
    await store.put("file.ldjson", SAMPLE_TEXT);
    await expectRefused(store, "--input s3://bucket/file.ldjson --output s3://bucket/file.ldjson --errors e");
    await expectRefused(
      store,
      "--input s3://bucket/*.ldjson --output out.csv --errors s3://bucket/file.ldjson",
    );
    await expectRefused(store, "--input s3://bucket/in/ --output s3://bucket/in/");
    await expectRefused(
      store,
      "--input s3://bucket/in/*.ldjson ../sample.ldjson --output s3://bucket/in/ --errors e",
    );
    expect(await store.keys()).toEqual(["file.ldjson", "in/part-00000-of-00001.ldjson"]);
    expect(await store.text("file.ldjson")).toBe(SAMPLE_TEXT);
  } finally {
    await store.stop();
  }
});

async function expectRefused(store: Store, call: string): Promise<void> {
  const place = new Workplace();
  try {
    const { status, stderr } = await place.run(`${call} ${store.option()}`, { env: store.env });
    expect(stderr).toMatch(/^The output '\S+' is also an input, which it would overwrite\. .*\n$/);
    expect([status, place.names()]).toEqual([2, []]);
  } finally {
    await place.remove();
  }
}
