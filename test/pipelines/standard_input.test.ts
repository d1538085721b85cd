// Records from standard input, and pipes and devices by their names: read whole or refused, and nothing left behind.
import { execFileSync } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { commandTest, commandTests, linesOf, predictionsOf } from "./command";

const SAMPLE = "../sample.ldjson";

commandTest("--input - --output - is a filter", async (place) => {
  const line = `beam-predict --input - --output - --quiet | sort > 1; echo "\${PIPESTATUS[*]}"`;
  const { stdout, stderr } = await place.shell(`cat ${SAMPLE} | ${line}`);
  expect(stdout).toBe("0 0 0\n");
  expect(predictionsOf(place.read("1")).size).toBe(15);
  // Failures name the file as the call did.
  expect(linesOf(stderr).map((failure) => JSON.parse(failure) as unknown)).toMatchObject([
    { kind: "invalid_input", file: "-", line: 15, field: "petal_width" },
  ]);
  expect([place.names(), place.leftovers()]).toEqual([["1"], []]);
});

commandTest("formats go from pipe to pipe, Parquet too", async (place) => {
  const csv = "sepal_length,sepal_width,petal_length,petal_width\n5,3,1.5,0.2\nx\n6,3,1.5,0.2\n";
  place.write("in.csv", csv);
  const { stdout, stderr } = await place.shell(
    "cat in.csv | beam-predict --input - --input_format csv --output - --output_format parquet --quiet | " +
      "beam-predict --input - --input_format parquet --extra_fields allow --output - --output_format csv " +
      "--output_compression gzip --errors 2 --quiet | gunzip",
  );
  const [header, ...rows] = linesOf(stdout);
  expect(header).toBe(csv.slice(0, csv.indexOf("\n")) + ",species");
  expect(rows.sort()).toEqual(["5,3,1.5,0.2,setosa", "6,3,1.5,0.2,setosa"]);
  expect(JSON.parse(stderr)).toMatchObject({ kind: "not_csv", file: "-", line: 3, content: "x" });
  expect([place.names(), place.read("2"), place.leftovers()]).toEqual([["2", "in.csv"], "", []]);
});

commandTest("beside other inputs, cut into parts as a file is", async (place) => {
  const call = `--input other.ldjson - --split_bytes 500 --output out.ldjson --summary json`;
  const { stdout } = await place.shell(
    `head -n 3 ${SAMPLE} > other.ldjson; cat ${SAMPLE} | beam-predict ${call}`,
  );
  expect(JSON.parse(stdout)).toMatchObject({ read: 18, duplicates: 3, distinct: 15, failures: 1 });
  expect(place.failures("out.errors.ldjson")).toMatchObject([{ file: "-", offset: 1176 }]);
  expect([place.lines("out.ldjson").length, place.leftovers()]).toEqual([15, []]);
});

commandTest("with nothing in it gives empty outputs", async (place) => {
  const { status, stdout } = await place.run("--input - --output out.csv --summary json");
  expect(JSON.parse(stdout)).toMatchObject({ read: 0, distinct: 0 });
  expect([status, place.lines("out.csv").length, place.leftovers()]).toEqual([0, 1, []]);
});

commandTest("of a job that fails is removed", async (place) => {
  const { status, stderr } = await place.shell(
    `cat ${SAMPLE} | beam-predict --input - --output out.csv --max_failures 0 --quiet`,
  );
  expect(stderr).toMatch(/-, line 15: petal_width must be number/);
  expect([status, place.names(), place.leftovers()]).toEqual([1, [], []]);
});

commandTest("that is compressed or no JSON is pointed out", async (place) => {
  place.write("in.gz", gzipSync("{}\n".repeat(9)));
  const { stderr } = await place.shell("cat in.gz | beam-predict --input - --output out.csv");
  expect(linesOf(stderr).at(-1)).toMatch(/^Most lines are not JSON\. .*--input_format/);
});

describe("while it is open", () => {
  commandTests<[NodeJS.Signals, number]>([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("%s ends the job, and nothing is left", async (place, signal, expected) => {
    const { child, ended } = place.start("--input - --output out.csv", { isInputOpen: true });
    child.stdin.write('{"sepal_length":5}\n');
    while (place.leftovers().length === 0) await wait(10);
    child.kill(signal);
    const { status, stderr } = await ended;
    expect([status, stderr]).toEqual([expected, `Cancelled by ${signal}. No half output was left.\n`]);
    expect([place.names(), place.leftovers()]).toEqual([[], []]);
  });

  commandTest("regression: a wrong call is told before it is read", async (place) => {
    const calls = ["--input - nope.csv --output out.csv", `--input - ${SAMPLE} --output ${SAMPLE}`];
    for (const call of calls) {
      const { ended } = place.start(call, { isInputOpen: true });
      expect(await ended).toMatchObject({ status: 2, stdout: "" });
    }
    expect([place.names(), place.leftovers()]).toEqual([[], []]);
  });
});

commandTest("without room for it, it says where", async (place) => {
  const { status, stderr } = await place.shell(
    `TMPDIR=$PWD/nope beam-predict --input - --output out.csv < ${SAMPLE}`,
  );
  expect(stderr).toMatch(/^Cannot write '\S*\/nope\/beam-predict-\w+\/input': no such file or folder\n$/);
  expect([status, place.names()]).toEqual([1, []]);
});

describe("regression: a pipe by its name", () => {
  commandTest("is no file that is empty: it is refused", async (place) => {
    execFileSync("mkfifo", [place.path("pipe")]);
    const calls = [
      "beam-predict --input pipe --output out.csv",
      `beam-predict --input <(cat ${SAMPLE}) --output out.csv`,
      `cat ${SAMPLE} | beam-predict --input /dev/stdin --output out.csv`,
    ];
    for (const ended of await Promise.all(calls.map((call) => place.shell(call)))) {
      expect(ended.stderr).toMatch(/^The input '\S+' is a pipe or a device, .* --input -\.\n$/);
      expect(ended.status).toBe(2);
    }
    expect(place.names()).toEqual(["pipe"]);
  });

  commandTest("is written to, and no file takes its place", async (place) => {
    execFileSync("mkfifo", [place.path("pipe")]);
    await place.shell(
      `timeout 20 cat pipe > 1 & beam-predict --input ${SAMPLE} --output pipe --errors >(cat > 2) --quiet; wait; ` +
        `beam-predict --input ${SAMPLE} --output /dev/stdout --quiet 2>> 4 >> 3`,
    );
    const isPipe = execFileSync("test", ["-p", place.path("pipe")]).toString();
    expect([isPipe, place.names(), place.leftovers()]).toEqual(["", ["1", "2", "3", "4", "pipe"], []]);
    expect([1, 2, 3, 4].map((name) => place.lines(`${name}`).length)).toEqual([15, 1, 15, 1]);
  });
});
