// Jobs on Flink and Spark that are several times as large as Java's heap. With Beam's own classes in the place of ours Java ran out of
// memory in each of them, and the job never ended.
import { execFileSync } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import path from "node:path";
import { jobServerCache } from "../../runners/job_server/build";
import { engineTests, REPOSITORY } from "./command";

const RECORDS = 3_000_000;

engineTests<[string, string]>([
  ["flink", "192m"],
  // It begins with no less than 450 MB.
  ["spark", "512m"],
])("3,000,000 records, 260 MB, on %s with a heap of %s", async (place, engine, heap) => {
  place.write("input.ldjson", "");
  const input = openSync(place.path("input.ldjson"), "w");
  execFileSync(process.execPath, [path.join(REPOSITORY, "bench/generate.mjs"), `${RECORDS}`], {
    stdio: ["ignore", input, "inherit"],
  });
  closeSync(input);
  const ended = await place.run(
    `--runner ${engine} --input input.ldjson --output output.ldjson --summary json --quiet`,
    { env: { BEAM_PREDICT_CACHE: path.dirname(jobServerCache()), JAVA_TOOL_OPTIONS: `-Xmx${heap}` } },
  );
  expect(ended).toMatchObject({ status: 0, stderr: "" });
  const { read, duplicates, distinct } = JSON.parse(ended.stdout) as Record<string, number>;
  expect([read, duplicates + distinct]).toEqual([RECORDS, RECORDS]);
  const lines = execFileSync("wc", ["-l", place.path("output.ldjson")], { encoding: "utf8" });
  expect(Number.parseInt(lines, 10)).toBe(distinct);
});
