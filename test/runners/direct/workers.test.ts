// Worker processes that die: what they were at is done again by others, once, or the job fails with what they were at.
import "../../../sdk";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PCollection, Root } from "apache-beam/pvalue";
import { create } from "apache-beam/transforms/create";
import { groupBy } from "apache-beam/transforms/group_and_combine";
import { reshuffle } from "apache-beam/transforms/utils";
import { withName } from "apache-beam/transforms/transform";
import { DirectRunner } from "../../../runners/direct";
import { prefixOf } from "../../../runners/direct/temporary_folder";
import type { RunOptions } from "../../../runners";
import { asyncParDo, jsonCoder } from "../../../transforms";
import { AppendFn, DeadlyFn, NotingFn, SlowFn, type Said } from "./dofns";

const numbers = jsonCoder<number>();
const runner = new DirectRunner({ directNumWorkers: 2 });
let folder: string;

beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "beam-predict-workers-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const HUNDRED = Array.from({ length: 100 }, (_, i) => i);

/** Runs numbers through a step of many bundles, and gives back what comes out. */
async function through(
  step: (numbers: PCollection<number>) => PCollection<number>,
  options?: RunOptions,
): Promise<number[]> {
  const file = path.join(folder, "results");
  await runner.run((root: Root) => {
    const spread = root.apply(create(HUNDRED)).apply(withName("spread", reshuffle<number>()));
    step(spread)
      .apply(
        withName(
          "together",
          groupBy(() => 0),
        ),
      )
      .apply(asyncParDo(new AppendFn(file), jsonCoder<never>()));
  }, options);
  const [line, ...more] = readFileSync(file, "utf8").trim().split("\n");
  expect(more).toEqual([]);
  return (JSON.parse(line) as { value: number[] }).value.sort((a, b) => a - b);
}

const left = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`${prefixOf(process.pid)}-`));

test("a worker that dies once: all is done, nothing twice", async () => {
  const once = new DeadlyFn(7, path.join(folder, "died"));
  expect(await through((some) => some.apply(asyncParDo(once, numbers)))).toEqual(HUNDRED);
  expect(readdirSync(folder)).toContain("died");
  expect(left()).toEqual([]);
});

test("a bundle that ends every worker fails the job, and says at what", async () => {
  const job = through((some) => some.apply(asyncParDo(new DeadlyFn(7), numbers)));
  await expect(job).rejects.toMatchObject({ code: "WORKER_DIED" });
  await expect(job).rejects.toThrow(/3 worker processes ended \(SIGKILL\) at the same bundle/);
  await expect(job).rejects.toThrow(/They were at this element: .*7/);
  expect(left()).toEqual([]);
});

test("other workers get the notes of bundles that are done, once, and none of a bundle whose worker has died", async () => {
  const log = path.join(folder, "heard");
  const died = path.join(folder, "died");
  const noting = new NotingFn(log, 50, died);
  expect(await through((some) => some.apply(asyncParDo(noting, numbers)))).toEqual(HUNDRED);
  const heard = readLines(log).map((line) => {
    const [, by, note] = /^(\d+) (.*)$/.exec(line)!;
    return { by: Number(by), said: JSON.parse(note) as Said };
  });
  expect(heard.length).toBeGreaterThan(0);
  for (const { by, said } of heard) expect(said.pid).not.toBe(by);
  const dead = Number(readFileSync(died, "utf8"));
  expect(heard.filter(({ said }) => said.pid === dead && said.elements.includes(50))).toEqual([]);
  const keys = heard.map(({ by, said }) => `${by} ${said.elements.join()}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test("both workers are busy at the same time, and either may be killed from outside", async () => {
  const log = path.join(folder, "log");
  const killed = new Set<number>();
  const job = through((some) => some.apply(asyncParDo(new SlowFn(log, 20), numbers)), {
    onMetrics: () => {
      const pids = [...new Set(readLines(log).map(Number))];
      if (pids.length < 2 || killed.size > 0) return;
      killed.add(pids[1]);
      process.kill(pids[1], "SIGKILL");
    },
  });
  expect(await job).toEqual(HUNDRED);
  expect(killed.size).toBe(1);
  expect(new Set(readLines(log)).size).toBeGreaterThan(1);
});

test("a job that is cancelled leaves no process and no file", async () => {
  const log = path.join(folder, "log");
  const abort = new AbortController();
  const job = through((some) => some.apply(asyncParDo(new SlowFn(log, 60_000), numbers)), {
    signal: abort.signal,
    onMetrics: () => {
      if (readLines(log).length > 0) abort.abort(new Error("enough"));
    },
  });
  await expect(job).rejects.toThrow("enough");
  for (const pid of new Set(readLines(log).map(Number))) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(left()).toEqual([]);
});

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").trim().split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
