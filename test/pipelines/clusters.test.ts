// The command on clusters of Flink and Spark with two workers each, in every environment, and when parts of them are killed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { jobServerCache } from "../../runners/job_server/build";
import { versionOnPage } from "../../runners/spark/cluster";
import { processesIn } from "../runners/engines/engine";
import { FlinkCluster } from "../servers/flink_cluster";
import { SparkCluster } from "../servers/spark_cluster";
import { engineTests, REPOSITORY, type Started, type Workplace } from "./command";

const ENV = { BEAM_PREDICT_CACHE: path.dirname(jobServerCache()), JAVA_TOOL_OPTIONS: "-Xmx512m" };
const RECORDS = 100_000;
/** In ranges, so that both workers get some. */
const OPTIONS = "--input input.ldjson --split_bytes 1000000 --quiet";
const GATED = `--load_model ${path.join(REPOSITORY, "dist/test/pipelines/gated_model.js")}:GatedModel --model_qualified_name gated`;

let flink: FlinkCluster;
let spark: SparkCluster;
let input: Buffer;

beforeAll(async () => {
  input = execFileSync(
    process.execPath,
    [path.join(REPOSITORY, "bench/generate.mjs"), `${RECORDS}`, "--bad", "1"],
    {
      maxBuffer: 1 << 30,
    },
  );
  [flink, spark] = await Promise.all([FlinkCluster.start(), SparkCluster.start()]);
}, 300_000);
afterAll(() => Promise.all([flink.stop(), spark.stop()]));

/** Where a job runs, by the name of a row. */
function on(where: string): string {
  switch (where) {
    case "flink":
    case "spark":
      return `--runner ${where} --sdk_worker_parallelism 2`;
    case "a Flink cluster":
      return `--runner flink --flink_master ${flink.master} --parallelism 2`;
    default:
      return `--runner spark --spark_master ${spark.master}`;
  }
}

const environment = (type: string): string => (type === "" ? "" : `--environment_type ${type}`);

engineTests<[string, string]>([
  ["flink", ""],
  ["spark", "PROCESS"],
  ["a Flink cluster", ""],
  ["a Flink cluster", "PROCESS"],
  ["a Flink cluster", "LOOPBACK"],
  ["a Spark cluster", ""],
  ["a Spark cluster", "PROCESS"],
])(
  "100,000 records on %s %s: the same output as in one process, and no process left",
  async (place, where, type) => {
    place.write("input.ldjson", input);
    const direct = await place.run(`${OPTIONS} --output direct.ldjson --summary json`);
    const { status, stderr, stdout } = await place.run(
      `${OPTIONS} --output output.ldjson --summary json ${on(where)} ${environment(type)}`,
      { env: ENV },
    );
    expect([status, stderr]).toEqual([0, ""]);
    expectSame(place);
    expect(countsOf(stdout)).toEqual(countsOf(direct.stdout));
    await untilGone(place);
  },
);

engineTests<[string]>([["flink"], ["a Spark cluster"]])(
  "a worker pool of one's own, on %s: the same output, and Ctrl-C ends it with its workers",
  async (place, where) => {
    place.write("input.ldjson", input);
    await place.run(`${OPTIONS} --output direct.ldjson`);
    const pool = place.start("worker_pool --port 0");
    const [, endpoint] = /^Worker pool at (\S+)\n/.exec(await firstOutput(pool))!;
    const job = await place.run(
      `${OPTIONS} --output output.ldjson ${on(where)} --environment_type EXTERNAL --environment_config ${endpoint}`,
      { env: ENV },
    );
    expect(job).toMatchObject({ status: 0, stderr: "" });
    expectSame(place);
    pool.child.kill("SIGINT");
    // What it says is of workers whose executor has gone before them.
    expect(await pool.ended).toMatchObject({ status: 0, signal: null });
    await untilGone(place);
  },
);

engineTests<[string, string, string]>([
  ["a worker", "flink", ""],
  ["a worker", "spark", ""],
  ["a worker", "a Flink cluster", "PROCESS"],
  ["a TaskManager", "a Flink cluster", "PROCESS"],
  ["an executor", "a Spark cluster", "PROCESS"],
])(
  "%s is killed in the middle of a job on %s: nothing is lost, nothing twice",
  async (place, what, where, type) => {
    place.write("input.ldjson", input);
    const job = place.start(`${OPTIONS} ${GATED} --output output.ldjson ${on(where)} ${environment(type)}`, {
      env: ENV,
    });
    // A bundle waits in the model; others may have gone by, or wait too.
    const worker = await firstWaiting(place, job);
    const victim = what === "a worker" ? worker : parentOf(worker);
    process.kill(victim, "SIGKILL");
    place.write("go", "");
    expect(await job.ended).toMatchObject({ status: 0, stderr: "" });
    await place.run(`${OPTIONS} ${GATED} --output direct.ldjson`);
    expectSame(place);
    await untilGone(place);
  },
);

test("the page of a Spark master tells its version", async () => {
  expect(await versionOnPage(spark.master, spark.pagePort)).toMatch(/^3\.5\.\d+$/);
  expect(await versionOnPage("spark://127.0.0.1:1", spark.pagePort)).toBeUndefined();
});

engineTests<[string]>([["Ctrl-C"]])(
  "a Spark cluster that has no executor to give: the command says so while it waits, and %s ends it",
  async (place) => {
    const empty = await SparkCluster.start({ workers: 0 });
    try {
      place.write("input.ldjson", input);
      const { child, ended } = place.start(
        `${OPTIONS} --output output.ldjson --runner spark --spark_master ${empty.master}`,
        { env: { ...ENV, SPARK_MASTER_WEBUI_PORT: `${empty.pagePort}` } },
      );
      const said = await new Promise((resolve) => child.stderr.once("data", resolve));
      expect(said).toMatch(
        /^The job has not begun for \d+ s\. The Spark cluster at spark:\S+ has given the job no executor yet\./,
      );
      child.kill("SIGINT");
      expect(await ended).toMatchObject({ status: 130 });
      await untilGone(place);
    } finally {
      await empty.stop();
    }
  },
);

function expectSame(place: Workplace): void {
  const output = place.lines("output.ldjson");
  expect(output.length).toBeGreaterThan(RECORDS / 2);
  // Not `toEqual`: it would print a hundred thousand lines.
  expect(output.join("\n") === place.lines("direct.ldjson").join("\n")).toBe(true);
  expect(place.lines("output.errors.ldjson").length).toBe(place.lines("direct.errors.ldjson").length);
}

function countsOf(summary: string): Record<string, unknown> {
  const { runner, output, errors, seconds, records_per_second, ...counts } = JSON.parse(summary) as Record<
    string,
    unknown
  >;
  expect([runner, output, errors, seconds, records_per_second]).not.toContain(undefined);
  return counts;
}

async function firstOutput({ child }: Started): Promise<string> {
  return new Promise((resolve) => child.stdout.once("data", (text: string) => resolve(text)));
}

/** The process in which the first bundle waits. */
async function firstWaiting(place: Workplace, { child, ended }: Started): Promise<number> {
  for (;;) {
    const name = place.names().find((one) => one.startsWith("at-"));
    if (name !== undefined) return Number(name.slice("at-".length));
    if (child.exitCode !== null) throw new Error((await ended).stderr);
    await wait(20);
  }
}

function parentOf(pid: number): number {
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(parent);
}

/** Workers on a cluster end when they hear that their job is over. */
async function untilGone(place: Workplace): Promise<void> {
  for (let tries = 0; tries < 1200 && processesIn(place.folder).length > 0; tries++) await wait(50);
  expect(processesIn(place.folder)).toEqual([]);
}
