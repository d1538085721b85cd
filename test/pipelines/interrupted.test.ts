// Jobs that are interrupted: the previous output stays as it was, and nothing half done is left under its name.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { commandTest, REPOSITORY, Workplace, type Ended, type Started } from "./command";

const RECORDS = 300_000;
/** Milliseconds in which some jobs begin, run and end side by side. */
const DURATION = 5000;
const TEMPORARY = /^\.output\.ldjson\..*\.tmp$/;
const OUTPUTS = ["output.errors.ldjson", "output.ldjson"];

let input: Workplace;
let places: Workplace[];

beforeAll(() => {
  input = new Workplace();
  const generate = path.join(REPOSITORY, "bench/generate.mjs");
  const records = execFileSync(process.execPath, [generate, String(RECORDS)], { maxBuffer: 1 << 28 });
  input.write("many.ldjson", records);
});
afterAll(() => input.remove());
beforeEach(() => (places = []));
afterEach(() => Promise.all(places.map((place) => place.remove())));

/** A long job in a place with the outputs of a run before. */
function begin(options = "--output output.ldjson"): { place: Workplace } & Started {
  const place = new Workplace();
  places.push(place);
  place.write("output.ldjson", "old\n");
  place.write("output.errors.ldjson", "old errors\n");
  return { place, ...place.start(`--input ${input.path("many.ldjson")} --quiet ${options}`) };
}

/** Resolves when the job writes, which it does at its end. What it shuffles is in a folder of the runner's before that. */
async function writing(place: Workplace): Promise<void> {
  const ofOutput = (): boolean => place.leftovers().some((name) => !name.startsWith("beam-predict-direct-"));
  while (!place.names().some((name) => name.endsWith(".tmp")) && !ofOutput()) await wait(5);
}

/** Moments from the start of a job to its end. */
function someMoments(count: number): number[] {
  return Array.from({ length: count }, () => Math.round(DURATION * Math.random()));
}

function expectAsBefore(place: Workplace): void {
  expect([place.read("output.ldjson"), place.read("output.errors.ldjson")]).toEqual([
    "old\n",
    "old errors\n",
  ]);
}

/** The outputs of the run before, or the new ones, whole. */
function expectOldOrNew(place: Workplace, { status }: Ended): void {
  if (status !== 0 && place.read("output.ldjson") === "old\n") return;
  expect(place.lines("output.ldjson")).toHaveLength(RECORDS);
  expect([place.read("output.ldjson").at(-1), place.read("output.errors.ldjson")]).toEqual(["\n", ""]);
}

async function expectNextRunWorks(place: Workplace): Promise<void> {
  expect(await place.run("--input ../sample.ldjson --output output.ldjson")).toMatchObject({ status: 0 });
  expect(place.names()).toEqual(OUTPUTS);
  expect(place.lines("output.ldjson")).toHaveLength(15);
}

function told(signal: string): string {
  return `Cancelled by ${signal}. No half output was left.\n`;
}

/** Sends a signal to a job when it writes, and sees that the job says so. */
async function interrupt(signal: NodeJS.Signals, status: number, options: string): Promise<Workplace> {
  const { place, child, ended } = begin(options);
  place.write("folder/part-00000-of-00001.ldjson", "old\n");
  await writing(place);
  child.kill(signal);
  expect(await ended).toEqual({ status, signal: null, stdout: "", stderr: told(signal) });
  return place;
}

test("a signal while it writes a file, a folder or for standard output: all is as it was", async () => {
  const interrupted = await Promise.all([
    interrupt("SIGINT", 130, "--output output.ldjson"),
    interrupt("SIGTERM", 143, "--output folder/"),
    interrupt("SIGHUP", 129, "--output -"),
  ]);
  for (const place of interrupted) {
    expect([place.names(), place.leftovers()]).toEqual([["folder", ...OUTPUTS], []]);
    expect(place.read("folder/part-00000-of-00001.ldjson")).toBe("old\n");
    expectAsBefore(place);
  }
});

/** Code that makes a job interrupt itself when it has renamed a file to a path that ends so. */
function interruptAt(name: string): string {
  return `
    const fs = require("node:fs/promises");
    const { rename } = fs;
    fs.rename = async (from, to) => {
      await rename(from, to);
      if (!to.endsWith("${name}")) return;
      // A worker process of the job is connected to it.
      process.kill(process.connected ? process.ppid : process.pid, "SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 5000));
    };`;
}

/** Code that makes a write land in a folder that was just removed. */
const WRITE_LATE = `
    const { rmSync, mkdirSync } = require("node:fs");
    let late = true;
    require("node:fs").rmSync = (folder, options) => {
      rmSync(folder, options);
      if (late) mkdirSync(folder + "/late", { recursive: true });
      late = false;
    };`;

commandTest("SIGINT while one folder takes the place of the other: the old one comes back", async (place) => {
  place.write("folder/part-00000-of-00001.ldjson", "old\n");
  place.write("interrupt.js", interruptAt("previous") + WRITE_LATE);
  const options = "--input ../sample.ldjson --output folder/ --errors failed";
  const { ended } = place.start(options, { env: { NODE_OPTIONS: "--require ./interrupt.js" } });
  expect(await ended).toMatchObject({ status: 130, stderr: told("SIGINT") });
  expect(place.names()).toEqual(["failed", "folder", "interrupt.js"]);
  expect(place.names("folder")).toEqual(["part-00000-of-00001.ldjson"]);
});

commandTest("SIGINT when the output is in place: it stays, whole", async (place) => {
  place.write("output.ldjson", "old\n");
  place.write("interrupt.js", interruptAt("output.ldjson") + WRITE_LATE);
  const options = "--input ../sample.ldjson --output output.ldjson";
  const { ended } = place.start(options, { env: { NODE_OPTIONS: "--require ./interrupt.js" } });
  expect(await ended).toMatchObject({ status: 130, stderr: told("SIGINT") });
  expect(place.names()).toEqual(["interrupt.js", ...OUTPUTS]);
  expect(place.lines("output.ldjson")).toHaveLength(15);
});

test("SIGINT at any moment: the old outputs or the new ones, and nothing beside them", async () => {
  await Promise.all(
    someMoments(3).map(async (moment) => {
      const { place, child, ended } = begin();
      await wait(moment);
      child.kill("SIGINT");
      const end = await ended;
      // The signal itself ends a process that has not begun its job yet; after the end there is nothing to end.
      expect([moment, 130, 0, "SIGINT"]).toContain(end.status ?? end.signal);
      expect({ moment, names: place.names() }).toEqual({ moment, names: OUTPUTS });
      expectOldOrNew(place, end);
    }),
  );
});

test("SIGKILL while it writes: the output stays, and the next run removes what was left", async () => {
  const { place, child, ended } = begin();
  await writing(place);
  const left = place.names().filter((name) => TEMPORARY.test(name));
  // While it lives, if only just, what it has written aside is its own.
  child.kill("SIGSTOP");
  expect(await place.run("--input ../sample.ldjson --output output.ldjson")).toMatchObject({ status: 0 });
  expect(place.names()).toEqual([...left, ...OUTPUTS]);
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ signal: "SIGKILL" });
  expect(place.lines("output.ldjson")).toHaveLength(15);
  expect(place.names()).toEqual([...left, ...OUTPUTS]);
  await expectNextRunWorks(place);
});

test("SIGKILL at any moment: the old outputs or the new ones, and the next run works", async () => {
  await Promise.all(
    someMoments(3).map(async (moment) => {
      const { place, child, ended } = begin();
      await wait(moment);
      child.kill("SIGKILL");
      expectOldOrNew(place, await ended);
      await expectNextRunWorks(place);
    }),
  );
});
