// Folders of parts through the command: their names, how many they are, and that each is a whole file.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { commandTest } from "./command";
import { expectSample, recordsOf } from "./records_of";

const HEADER = "sepal_length,sepal_width,petal_length,petal_width,species";

commandTest("a folder of as many parts as asked for, each a whole file, and _SUCCESS", async (place) => {
  const options = "--output_format csv --output_compression gzip --num_shards 4 --summary json";
  const { status, stdout } = await place.run(`--input ../sample.ldjson --output a/folder/ ${options}`);
  expect(status).toBe(0);
  const [success, ...parts] = place.names("a/folder");
  expect([success, parts]).toEqual(["_SUCCESS", [0, 1, 2, 3].map((i) => `part-0000${i}-of-00004.csv.gz`)]);
  const texts = parts.map((name) => gunzipSync(readFileSync(place.path(`a/folder/${name}`))).toString());
  for (const text of texts) expect(text).toMatch(new RegExp(`^${HEADER}\n(?!.*sepal)`, "s"));
  // Fifteen records do not all fall to one part by chance.
  expect(texts.filter((text) => text.split("\n").length > 2).length).toBeGreaterThan(1);
  await expectSample(place, true, ...parts.map((name) => `a/folder/${name}`));
  expect(JSON.parse(stdout)).toMatchObject(JSON.parse(place.read("a/folder/_SUCCESS")) as object);
  expect(JSON.parse(stdout)).toMatchObject({ read: 15, predicted: 14, failures: 1 });
  expect(place.names("a")).toEqual(["folder", "folder.errors.ldjson"]);
  // The folder is an input as it is.
  expect(await place.run("--input a/folder --extra_fields allow --output again.csv --quiet")).toMatchObject({
    status: 0,
  });
  await expectSample(place, true, "again.csv");
});

commandTest("more parts than records, and parts of no records, are whole files too", async (place) => {
  place.write("empty.ldjson", "");
  const format = "--output_format parquet --num_shards 3 --quiet";
  await Promise.all([
    place.run(`--input empty.ldjson --output none/ ${format}`),
    place.run(`--input ../sample.ldjson --output some/ ${format.replace("3", "20")}`),
  ]);
  expect(place.names("none")).toEqual([
    "_SUCCESS",
    ...[0, 1, 2].map((i) => `part-0000${i}-of-00003.parquet`),
  ]);
  expect(place.names("some")).toHaveLength(21);
  expect(await recordsOf(place, "none/")).toEqual([]);
  await expectSample(place, true, "some/");
});
