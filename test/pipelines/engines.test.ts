// The command on real Flink and real Spark: the same output as in one process, and no Java left behind, whatever happens.
import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { jobServerCache } from "../../runners/job_server/build";
import { processesIn, processesWith } from "../runners/engines/engine";
import { engineTests, REPOSITORY, type Started, type Workplace } from "./command";

const ENGINES: [string][] = [["flink"], ["spark"]];
/** Where the job servers were built before the tests; the command's home is another. */
const ENV = { BEAM_PREDICT_CACHE: path.dirname(jobServerCache()), JAVA_TOOL_OPTIONS: "-Xmx512m" };
const OPTIONS = "--input ../sample.ldjson --output output.ldjson --quiet";

/** A model whose answers take longer than any test. */
const SLOW = path.join(REPOSITORY, "dist/test/pipelines/slow_model.js");

/** Starts a job whose model never answers; resolves when it runs on the engine. */
async function startSlow(place: Workplace, engine: string): Promise<Started> {
  const started = place.start(
    `--runner ${engine} --load_model ${SLOW}:SlowModel --model_qualified_name slow ${OPTIONS}`,
    { env: ENV },
  );
  while (!started.child.stderr.readableEnded && !place.exists("inferring")) await wait(20);
  expect(processes(place)).not.toEqual([]);
  return started;
}

/** The processes that were started for a place: Java, by what it was told, and workers, by where they are. */
function processes(place: Workplace): string[] {
  return [...processesWith(place.temporary), ...processesIn(place.folder)];
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !condition(); tries++) await wait(50);
  expect(condition()).toBe(true);
}

engineTests(ENGINES)(
  "the sample on %s: the same output as in one process, and nothing left",
  async (place, engine) => {
    expect(await place.run(`--input ../sample.ldjson --output direct.ldjson --quiet`)).toMatchObject({
      status: 0,
    });
    const { status, stderr } = await place.run(`${OPTIONS} --runner ${engine} `, { env: ENV });
    expect([status, stderr]).toEqual([0, ""]);
    expect(place.lines("output.ldjson")).toEqual(place.lines("direct.ldjson"));
    expect(place.failures()).toEqual(place.failures("direct.errors.ldjson"));
    expect([processes(place), place.leftovers()]).toEqual([[], []]);
  },
);

engineTests([["spark"]])("an error of ours on %s is told as in one process", async (place, engine) => {
  const told = async (options: string): Promise<string> => {
    const { status, stderr } = await place.run(`${OPTIONS} --max_failures 0 ${options}`, { env: ENV });
    expect(status).toBe(1);
    return stderr;
  };
  const direct = await told("");
  const stderr = await told(`--runner ${engine}`);
  expect(stderr.startsWith(direct)).toBe(true);
  expect(stderr.slice(direct.length)).toMatch(/^The whole text of the failure: \S+job-server.log\n$/);
  expect([place.names(), processes(place)]).toEqual([[], []]);
});

engineTests<[string, NodeJS.Signals, number]>([
  ["flink", "SIGINT", 130],
  ["spark", "SIGTERM", 143],
])("a job on %s that is ended by %s leaves no process and no file", async (place, engine, signal, status) => {
  const { child, ended } = await startSlow(place, engine);
  child.kill(signal);
  const stderr = `Cancelled by ${signal}. No half output was left.\n`;
  expect(await ended).toEqual({ status, signal: null, stdout: "", stderr });
  expect([processes(place), place.leftovers(), place.names()]).toEqual([[], [], ["inferring"]]);
});

engineTests(ENGINES)("a job on %s that is killed leaves no process", async (place, engine) => {
  const { child, ended } = await startSlow(place, engine);
  child.kill("SIGKILL");
  await ended;
  await until(() => processes(place).length === 0);
  // The log alone is left: it may say why.
  const [folder, ...others] = place.leftovers();
  expect(others).toEqual([]);
  await until(() => readdirSync(path.join(place.temporary, folder)).length === 1);
});
