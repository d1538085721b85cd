// The direct runner among faults: killed workers, a killed command, a record that ends its process, a full disk. The output is
// whole or as it was, and the job says what it failed of.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { linesOf, REPOSITORY, Workplace, type Ended } from "./command";
import { runOnSmallDisk } from "./small_disk";

// On a machine that has other work a job of so many records takes long.
jest.setTimeout(300_000);

const RECORDS = 200_000;
/** Bundles of half a megabyte, so that there are many. */
const SPLIT = "--split_bytes 500000";
const POISON = `--load_model ${path.join(__dirname, "poison_model.js")}:PoisonModel --model_qualified_name poison`;
const OUTPUTS = ["output.errors.ldjson", "output.ldjson"];
const SEED = Number(process.env.BEAM_PREDICT_TEST_SEED ?? Date.now() % 2 ** 31);

let input: Workplace;
/** How long a job takes, in milliseconds, and what it writes. */
let duration: number;
let expected: string;
let place: Workplace;

beforeAll(async () => {
  input = new Workplace();
  const args = [path.join(REPOSITORY, "bench/generate.mjs"), String(RECORDS)];
  input.write("many.ldjson", execFileSync(process.execPath, args, { maxBuffer: 1 << 28 }));
  const started = performance.now();
  const line = `--input many.ldjson --output output.ldjson --quiet ${SPLIT}`;
  expect(await input.run(line)).toMatchObject({ status: 0, stderr: "" });
  duration = performance.now() - started;
  expect(input.lines("output.ldjson")).toHaveLength(RECORDS);
  expected = digest(input.read("output.ldjson"));
});
afterAll(() => input.remove());
beforeEach(() => {
  place = new Workplace();
  place.write("output.ldjson", "old\n");
  place.write("output.errors.ldjson", "old errors\n");
});
afterEach(() => place.remove());

/** Mulberry32: the same numbers for the same seed. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of the lines of a text, whatever their order. */
function digest(text: string): string {
  return createHash("sha256").update(linesOf(text).sort().join("\n")).digest("hex");
}

/** The processes that another one has started. */
function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return; // It has ended by itself.
  }
}

const oldOutputs = (): boolean =>
  place.read("output.ldjson") === "old\n" && place.read("output.errors.ldjson") === "old errors\n";
const newOutputs = (): boolean =>
  digest(place.read("output.ldjson")) === expected && place.read("output.errors.ldjson") === "";

function expectAsBefore(): void {
  expect([place.names().filter((name) => name.includes("output")), oldOutputs()]).toEqual([OUTPUTS, true]);
  expect(place.leftovers()).toEqual([]);
}

const many = (options = "--output output.ldjson"): string =>
  `--input ${input.path("many.ldjson")} --quiet ${SPLIT} ${options}`;

/** Whether the job has come to its last stages, which write. */
const isWriting = (): boolean => place.names().some((name) => name.endsWith(".tmp"));

test("workers that are killed at any moment are replaced, and the output is whole", async () => {
  const random = randoms(SEED);
  const { child, ended } = place.start(many());
  let isOver = false;
  void ended.then(() => (isOver = true));
  // A bundle may end two processes: no more are killed in the stages that read, nor in those that write.
  const kills = { reading: 0, writing: 0 };
  while (!isOver) {
    await wait((random() * duration) / 6);
    const workers = childrenOf(child.pid!);
    const stage = isWriting() ? "writing" : "reading";
    if (workers.length === 0 || kills[stage] === 2) continue;
    kill(workers[Math.floor(random() * workers.length)]);
    kills[stage]++;
    // It may have been at either.
    if (stage === "reading" && isWriting()) kills.writing++;
  }
  const { status, signal, stderr } = await ended;
  expect({ SEED, status, signal, stderr }).toEqual({ SEED, status: 0, signal: null, stderr: "" });
  expect(kills.reading + kills.writing).toBeGreaterThan(0);
  expect({ SEED, names: place.names(), isWhole: newOutputs() }).toEqual({
    SEED,
    names: OUTPUTS,
    isWhole: true,
  });
  expect(place.leftovers()).toEqual([]);
});

test("workers that are killed again and again: the output is whole, or the job says what it failed of", async () => {
  const random = randoms(SEED + 1);
  const { child, ended } = place.start(many());
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    await wait((random() * duration) / 10);
    const workers = childrenOf(child.pid!);
    if (workers.length > 0) kill(workers[Math.floor(random() * workers.length)]);
  }
  const { status, stderr } = await ended;
  const end = { SEED, status, names: place.names(), left: place.leftovers() };
  expect(end).toEqual({ SEED, status: status === 0 ? 0 : 1, names: OUTPUTS, left: [] });
  expect({ SEED, isWhole: newOutputs(), isOld: oldOutputs() }).toEqual({
    SEED,
    isWhole: status === 0,
    isOld: status !== 0,
  });
  expect(stderr).toMatch(status === 0 ? /^$/ : /^3 worker processes ended \(SIGKILL\) .*\n$/);
});

test.each([
  ["a file", "--output output.ldjson"],
  ["a folder", "--output folder/ --errors output.errors.ldjson"],
])(
  "a command that is killed at any moment, with %s: the old output or the new one, and the next job cleans up",
  async (name, options) => {
    const random = randoms(SEED + name.length);
    place.write("folder/part-00000-of-00001.ldjson", "old\n");
    for (let round = 0; round < 2; round++) {
      const moment = random() * duration;
      const { child, ended } = place.start(many(options));
      await wait(moment);
      child.kill("SIGKILL");
      await ended;
      // A job that fails at once, but has looked at what was left, and put back what was moved aside.
      const next = await place.run(`--input ../sample.ldjson --quiet --max_failures 0 ${options}`);
      expect(next).toMatchObject({ status: 1 });
      expect({ SEED, moment, names: place.names(), left: place.leftovers() }).toEqual({
        SEED,
        moment,
        names: ["folder", ...OUTPUTS],
        left: [],
      });
      const text = name === "a file" ? place.read("output.ldjson") : folderText();
      expect({ SEED, moment, isWhole: text === "old\n" || digest(text) === expected }).toEqual({
        SEED,
        moment,
        isWhole: true,
      });
    }
  },
);

function folderText(): string {
  const parts = place.names("folder").filter((name) => name.startsWith("part-"));
  return parts.map((part) => place.read(`folder/${part}`)).join("");
}

/** A job with a record that ends its process fails of it, in one line, after what the process itself printed. */
function expectPoisoned({ status, stderr }: Ended, file: string, place: RegExp): void {
  expect(status).toBe(1);
  const told = linesOf(stderr).filter((line) => line.includes("worker processes ended"));
  expect(told).toEqual([linesOf(stderr).at(-1)]);
  expect(told[0]).toMatch(
    /^3 worker processes ended \(SIGABRT\) at the same bundle, in the stage 'predict\(poison\)'/,
  );
  expect(told[0]).toContain(`They were at this element: { file: '${file}'`);
  expect(told[0]).toMatch(place);
  expectAsBefore();
}

test("a record that ends its process fails the job, which names the block that it is in", async () => {
  place.write("poison.ldjson", '{"a":1}\n{"poison":true}\n{"a":2}\n');
  const ended = await place.run(`--input poison.ldjson --output output.ldjson --quiet ${POISON}`);
  expectPoisoned(ended, "poison.ldjson", /offsets: Float64Array\(3\) \[ 0, 8, 24 \]/);
});

test("such a record in the middle of many", async () => {
  const lines = linesOf(input.read("many.ldjson"));
  lines.splice(RECORDS / 2, 0, '{"poison":true}');
  place.write("poison.ldjson", `${lines.join("\n")}\n`);
  const line = `--input poison.ldjson --output output.ldjson --quiet ${SPLIT} ${POISON}`;
  expectPoisoned(await place.run(line), "poison.ldjson", /offsets: Float64Array\(\d+\) \[ \d{7}, /);
});

test("a full disk for what is shuffled: one line says so, and nothing is left", async () => {
  const { status, stderr, left } = await runOnSmallDisk(place, many(), `TMPDIR="$PWD/small"`);
  expect([status, linesOf(stderr).length]).toEqual([1, 1]);
  expect(stderr).toMatch(
    /^The disk of \/.*\/small is full: [\d.]+ MiB more are needed there .* and \d\.\d MiB are free, of which 0\.4 are left to others\. .*TMPDIR/,
  );
  expect(left).toEqual(["./output.errors.ldjson", "./output.ldjson"]);
  expectAsBefore();
});

test("regression: a small disk is not full from the start", async () => {
  const line = "--input ../sample.ldjson --output output.ldjson --quiet";
  const { status, stderr } = await runOnSmallDisk(place, line, `TMPDIR="$PWD/small"`);
  expect([status, stderr]).toEqual([0, ""]);
  expect(place.lines("output.ldjson")).toHaveLength(15);
});

test.each(["small/output.ldjson", "small/folder/"])(
  "a full disk for the output %s: one line says so, and nothing is left",
  async (output) => {
    const options = `--output ${output} --errors small/output.errors.ldjson`;
    const { status, stderr, left, previous } = await runOnSmallDisk(place, many(options));
    expect([status, stderr]).toEqual([
      1,
      `Cannot write '${output}': no space is left on the disk. Make room, or choose a place on another disk.\n`,
    ]);
    expect(left).toEqual(["./output.errors.ldjson", "./output.ldjson"]);
    expect(previous).toEqual(["old", "old errors"]);
    expect(place.leftovers()).toEqual([]);
  },
);
