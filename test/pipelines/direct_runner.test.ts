// The direct runner through the command: its workers, its limit on memory, and what a killed job leaves.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { commandTest, commandTests, linesOf, REPOSITORY, type Workplace } from "./command";

const GATED = `--load_model ${path.join(__dirname, "gated_model.js")}:GatedModel --model_qualified_name gated`;

function generate(place: Workplace, records: number): void {
  const args = [path.join(REPOSITORY, "bench/generate.mjs"), String(records)];
  place.write("many.ldjson", execFileSync(process.execPath, args, { maxBuffer: 1 << 28 }));
}

commandTests([
  ["one worker", "--direct_num_workers 1"],
  ["three workers", "--direct_num_workers 3"],
  ["little memory", "--memory_limit 8MB"],
])("gives the output of the SDK's runner, with %s", async (place, _, options) => {
  generate(place, 30_000);
  const expected = "--runner sdk-direct --output expected.ldjson";
  const given = `--runner direct --output given.ldjson ${options}`;
  for (const one of [expected, given])
    expect(await place.run(`--input many.ldjson --quiet --split_bytes 200000 ${one}`)).toMatchObject({
      status: 0,
      stderr: "",
    });
  expect(place.lines("given.ldjson").sort()).toEqual(place.lines("expected.ldjson").sort());
  expect(place.leftovers()).toEqual([]);
});

/** The ids of the processes in which the gated model waits. */
async function waitingWorkers(place: Workplace): Promise<number[]> {
  for (;;) {
    const names = place.names().filter((name) => name.startsWith("at-"));
    if (names.length > 0) return names.map((name) => Number(name.slice(3)));
    await wait(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

commandTest("a worker that is killed is replaced, and the output is whole", async (place) => {
  const { ended } = place.start(`--input ../sample.ldjson --output out.ldjson --quiet ${GATED}`);
  for (const pid of await waitingWorkers(place)) process.kill(pid, "SIGKILL");
  place.write("go", "");
  expect(await ended).toMatchObject({ status: 0, stderr: "" });
  expect(new Set(place.lines("out.ldjson")).size).toBe(15);
  expect(place.lines("out.ldjson")).toHaveLength(15);
});

/** Code that notes under which name a process had a file that it puts in place. */
const NOTE_RENAMES = `
    const fs = require("node:fs/promises");
    const { rename } = fs;
    fs.rename = async (from, to) => {
      if (/^out/.test(to)) require("node:fs").appendFileSync("renamed", require("node:path").basename(from));
      await rename(from, to);
    };`;

commandTests([
  ["out.ldjson", "appended"],
  ["out.ldjson --runner sdk-direct", "part.ldjson"],
  ["out.csv", "part.csv"],
])("puts a file of lines in place as its workers wrote it, no other: %s", async (place, output, name) => {
  place.write("note.js", NOTE_RENAMES);
  const env = { NODE_OPTIONS: "--require ./note.js" };
  const { ended } = place.start(`--input ../sample.ldjson --quiet --errors failed --output ${output}`, {
    env,
  });
  expect(await ended).toMatchObject({ status: 0, stderr: "" });
  expect(place.read("renamed")).toBe(name);
});

/** Code that kills the first process that reserves a place in a file. */
const DIE_APPENDING = `
    const fs = require("node:fs");
    const { writeSync } = fs;
    fs.writeSync = (fd, bytes, ...more) => {
      const written = writeSync(fd, bytes, ...more);
      if (bytes.length !== 16 || fs.existsSync("died")) return written;
      fs.writeFileSync("died", "");
      process.kill(process.pid, "SIGKILL");
    };`;

commandTest(
  "a worker that is killed while it appends is replaced, and the output is whole",
  async (place) => {
    place.write("die.js", DIE_APPENDING);
    const { ended } = place.start("--input ../sample.ldjson --output out.ldjson --quiet", {
      env: { NODE_OPTIONS: "--require ./die.js" },
    });
    expect(await ended).toMatchObject({ status: 0, stderr: "" });
    expect(place.names()).toEqual(["die.js", "died", "out.errors.ldjson", "out.ldjson"]);
    expect(new Set(place.lines("out.ldjson")).size).toBe(15);
    expect(place.lines("out.ldjson")).toHaveLength(15);
  },
);

commandTest("SIGKILL of the job takes its workers along; the next job removes its files", async (place) => {
  const { child, ended } = place.start(`--input ../sample.ldjson --output out.ldjson --quiet ${GATED}`);
  const workers = await waitingWorkers(place);
  expect(place.leftovers()).toHaveLength(1);
  child.kill("SIGKILL");
  await ended;
  while (workers.some(isAlive)) await wait(20);
  expect(place.leftovers()).toHaveLength(1);
  expect(await place.run("--input ../sample.ldjson --output out.ldjson --quiet")).toMatchObject({
    status: 0,
  });
  expect(place.leftovers()).toEqual([]);
});

commandTests([
  ["--memory_limit much", "It must be a size, as 512MB or 4GB."],
  ["--direct_num_workers 0", "It must be a whole number from 1."],
  ["--runner sdk-direct --memory_limit 1GB", "does not take --memory_limit"],
])("%s is refused in one line", async (place, options, told) => {
  const { status, stderr } = await place.run(`--input ../sample.ldjson --output out.ldjson ${options}`);
  expect([status, linesOf(stderr).length]).toEqual([2, 1]);
  expect(stderr).toContain(told);
});
