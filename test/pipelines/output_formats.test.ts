// Output in every format and compression through the command: the sample with its null prediction, and nothing at all.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { commandTest, commandTests } from "./command";
import { expectSample, recordsOf } from "./records_of";

/** The extension, the options besides, and the format that it is. */
const OUTPUTS: [extension: string, options: string, isFlat: boolean][] = [
  ["csv", "", true],
  ["tsv", "", true],
  ["csv.gz", "", true],
  ["parquet", "", true],
  ["avro", "", true],
  ["jsonl", "", false],
  ["json", "", false],
  ["jsonl.zst", "", false],
  ["NDJSON.GZ", "", false],
  ["jsonl", "--output_format jsonl-merged", true],
  ["csv", "--output-format=csv --output-compression=none", true],
];

describe("the sample, its null prediction too, and nothing, as", () => {
  commandTests(OUTPUTS)("%s %s", async (place, extension, options, isFlat) => {
    const output = `out.${extension}`;
    place.write("empty.ldjson", "");
    const [ended, empty] = await Promise.all([
      place.run(`--input ../sample.ldjson --output ${output} ${options} --quiet`),
      place.run(`--input empty.ldjson --output empty/${output} ${options} --quiet`),
    ]);
    expect([ended, empty]).toMatchObject([
      { status: 0, stderr: "" },
      { status: 0, stderr: "" },
    ]);
    expect(place.names()).toEqual(["empty", "empty.ldjson", "out.errors.ldjson", output].sort());
    await expectSample(place, isFlat, output);
    expect(await recordsOf(place, `empty/${output}`)).toEqual([]);
    expect(place.lines("out.errors.ldjson")).toHaveLength(1);
    expect(place.read("empty/out.errors.ldjson")).toBe("");
  });
});

commandTest("failures are compressed where their name says so", async (place) => {
  const call = "--input ../sample.ldjson --output out.tsv --output_compression zstd --errors e.ldjson.gz";
  expect(await place.run(`${call} --quiet`)).toMatchObject({ status: 0 });
  expect(gunzipSync(readFileSync(place.path("e.ldjson.gz"))).toString()).toMatch(
    /^\{"kind":"invalid_input".*\}\n$/,
  );
  // The name is the user's; what is in it was asked for.
  expect(readFileSync(place.path("out.tsv")).readUInt32LE()).toBe(0xfd2fb528);
});
