// Where the outputs go: standard streams, folders of shards, the errors beside or elsewhere, and what is refused.
import { chmodSync, symlinkSync } from "node:fs";
import { commandTest, commandTests, linesOf, predictionsOf, type Counts } from "./command";

const RECORD = '{"sepal_length":5,"sepal_width":3,"petal_length":1,"petal_width":1}\n';

describe("--output -", () => {
  commandTest(
    "gives the records on standard output, and failures and summary on standard error",
    async (place) => {
      const { status, stdout, stderr } = await place.run(
        "--input ../sample.ldjson --output - --summary json",
      );
      expect(status).toBe(0);
      expect(predictionsOf(stdout).size).toBe(15);
      const [failure, summary, ...more] = linesOf(stderr).map((line) => JSON.parse(line) as object);
      expect(failure).toMatchObject({ kind: "invalid_input", line: 15, field: "petal_width" });
      expect(summary).toMatchObject({ output: "-", errors: "-", distinct: 15 });
      expect(more).toEqual([]);
      expect([place.names(), place.leftovers()]).toEqual([[], []]);
    },
  );

  commandTest("gives the failures to a file when it is told so", async (place) => {
    const { stdout, stderr } = await place.run(
      "--input ../sample.ldjson --output - --errors failed.ldjson --quiet",
    );
    expect([linesOf(stdout).length, stderr]).toEqual([15, ""]);
    expect(place.failures("failed.ldjson")).toHaveLength(1);
  });

  commandTest("gives nothing of a job that failed", async (place) => {
    const { status, stdout } = await place.run("--input ../sample.ldjson --output - --max_failures 0");
    expect([status, stdout, place.leftovers()]).toEqual([1, "", []]);
  });
});

describe("whoever reads may stop early, without a stack trace", () => {
  commandTests([
    [
      "the records of a job",
      `--input ../sample.ldjson many.ldjson --output - --quiet --errors failed`,
      "head -n 1",
    ],
    ["the counts of a job", `--input ../sample.ldjson --output output.ldjson --summary json`, "true"],
    ["the list of models", "models", "true"],
    ["the help", "--help", "true"],
    ["the species", `species_counts --input ../sample.ldjson`, "true"],
  ])("%s", async (place, _, call, reader) => {
    const records = Array.from({ length: 5000 }, (_, i) => RECORD.replace("5", String(i)));
    place.write("many.ldjson", records.join(""));
    const { stdout, stderr } = await place.shell(
      `{ beam-predict ${call}; echo "status $?" >&2; } | ${reader}`,
    );
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
    expect(linesOf(stderr).at(-1)).toBe("status 0");
    expect(linesOf(stdout).length).toBeLessThanOrEqual(1);
    expect(place.leftovers()).toEqual([]);
  });
});

describe("--output folder/", () => {
  commandTest("is a folder of numbered shards, and _SUCCESS with the counts", async (place) => {
    expect((await place.run("--input ../sample.ldjson --output new/folder/")).status).toBe(0);
    const [success, ...parts] = place.names("new/folder");
    expect(success).toBe("_SUCCESS");
    const count = String(parts.length).padStart(5, "0");
    expect(parts).toEqual(parts.map((_, i) => `part-${String(i).padStart(5, "0")}-of-${count}.ldjson`));
    expect(parts.flatMap((part) => place.lines(`new/folder/${part}`))).toHaveLength(15);
    const counts = JSON.parse(place.read("new/folder/_SUCCESS")) as Counts;
    expect(counts).toMatchObject({ read: 15, distinct: 15, predicted: 14, failures: 1 });
    expect(place.names("new")).toEqual(["folder", "folder.errors.ldjson"]);
  });

  commandTest("replaces the folder of the run before, all of it", async (place) => {
    place.write("folder/part-00007-of-00008.ldjson", "old\n");
    place.write("record.ldjson", RECORD);
    expect((await place.run("--input record.ldjson --output folder/")).status).toBe(0);
    expect(place.names("folder")).toEqual(["_SUCCESS", "part-00000-of-00001.ldjson"]);
    expect(place.names()).toEqual(["folder", "folder.errors.ldjson", "record.ldjson"]);
  });

  commandTest("can be read again, without _SUCCESS", async (place) => {
    place.write("parts/part-00000.ldjson", RECORD);
    place.write("parts/_SUCCESS", "{}\n");
    place.write("parts/.hidden", "{}\n");
    await place.run("--input parts/ --output output.ldjson");
    expect(place.lines("output.ldjson")).toHaveLength(1);
  });
});

commandTest("--errors may be elsewhere, in a folder that does not exist yet", async (place) => {
  const { status } = await place.run("--input ../sample.ldjson --output a/b/out.txt --errors c/failed/");
  expect(status).toBe(0);
  expect(place.names("a/b")).toEqual(["out.txt"]);
  expect(place.failures("c/failed/part-00000-of-00001.ldjson")).toHaveLength(1);
});

commandTest(
  "an errors output with nothing in it is written too, over the one of the run before",
  async (place) => {
    place.write("record.ldjson", RECORD);
    place.write("output.errors.ldjson", "old\n");
    await place.run("--input record.ldjson --output output.ldjson");
    expect(place.read("output.errors.ldjson")).toBe("");
  },
);

describe("inputs", () => {
  commandTest("may be files, folders and globs, together and by the option repeated", async (place) => {
    const record = (n: number): string => RECORD.replace("5", String(n));
    place.write("one.ldjson", record(1));
    place.write("folder/two.ldjson", record(2));
    place.write("globs/a/three.ldjson", record(3));
    place.write("globs/b/four.ldjson", record(4));
    place.write("globs/b/five.txt", record(5));
    place.write("odd_[name].ldjson", record(6));
    const { stdout } = await place.run(
      "--input one.ldjson folder --input globs/**/*.ldjson odd_[name].ldjson --output output.ldjson --summary json",
    );
    expect(JSON.parse(stdout)).toMatchObject({ read: 5, distinct: 5 });
    const numbers = place.lines("output.ldjson").map((line) => /"sepal_length":(\d)/.exec(line)?.[1]);
    expect(numbers).toEqual(["1", "2", "3", "4", "6"]);
  });
});

describe("refused before anything runs: an output that is", () => {
  commandTests([
    ["an input", "--output ./folder/../folder/input.ldjson", /^The output '.*' is also an input, .*\n$/],
    ["an input by a link", "--output link/input.ldjson", /^The output '.*' is also an input, .*\n$/],
    ["the folder of an input", "--output folder/", /^The output 'folder\/' is also an input, .*\n$/],
    ["an input, of the errors", "--errors folder/input.ldjson", /^The output '.*' is also an input, .*\n$/],
    [
      "the errors too",
      "--output a --errors ./a",
      /^The outputs '\.\/a' and 'a' would overwrite each other\..*\n$/,
    ],
    [
      "around the errors",
      "--output a/ --errors a/b",
      /^The outputs 'a\/b' and 'a\/' would overwrite each other\..*\n$/,
    ],
    ["a folder", "--output folder", /^The output 'folder' is a folder\. .* in \/ .*\n$/],
  ])("%s", async (place, _, args, told) => {
    place.write("folder/input.ldjson", RECORD);
    symlinkSync("folder", place.path("link"));
    const { status, stdout, stderr } = await place.run(`--input folder ${args}`);
    expect(stderr).toMatch(told);
    expect([status, stdout]).toEqual([2, ""]);
    expect([place.names(), place.read("folder/input.ldjson")]).toEqual([["folder", "link"], RECORD]);
  });
});

describe("an output that can't be written is told in one line, with exit status 1:", () => {
  commandTests([["file/output.ldjson"], ["file/"]])("%s, where 'file' is a file", async (place, output) => {
    place.write("file", "old\n");
    const { status, stdout, stderr } = await place.run(`--input ../sample.ldjson --output ${output} --quiet`);
    expect(stderr).toMatch(/^Cannot write 'file\/.*': a part of the path is a file, not a folder\n$/);
    expect([status, stdout, place.read("file")]).toEqual([1, "", "old\n"]);
  });

  commandTest("a folder that is not ours to write", async (place) => {
    place.write("closed/output.ldjson", "old\n");
    chmodSync(place.path("closed"), 0o555);
    const { status, stderr } = await place.run(
      "--input ../sample.ldjson --output closed/output.ldjson --quiet",
    );
    chmodSync(place.path("closed"), 0o755);
    // The superuser may write there.
    if (process.getuid?.() === 0) return expect([status, stderr]).toEqual([0, ""]);
    expect(stderr).toMatch(/^Cannot write 'closed\/output.*': permission denied\n$/);
    expect([status, place.names("closed")]).toEqual([1, ["output.ldjson"]]);
  });
});

commandTest("a folder that holds somebody's files is not replaced", async (place) => {
  place.write("results/thesis.txt", "years of work");
  const { status, stderr } = await place.run("--input ../sample.ldjson --output results/");
  expect(stderr).toMatch(/^The folder 'results\/' holds files of others, as 'thesis\.txt'/);
  expect([status, place.read("results/thesis.txt"), place.names()]).toEqual([
    2,
    "years of work",
    ["results"],
  ]);
});

commandTest("nothing is left in the system's temporary folder or in the home", async (place) => {
  await place.run("--input ../sample.ldjson");
  await place.run("--input ../sample.ldjson --output -");
  expect(place.leftovers()).toEqual([]);
});
