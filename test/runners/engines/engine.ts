// Real engines for tests: one job server of each, which the tests of a file share.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { FLINK_JOB_SERVER } from "../../../runners/flink/job_server";
import { FlinkRunner } from "../../../runners/flink";
import { JobServer } from "../../../runners/job_server";
import type { PipelineRunner, RunnerOptions } from "../../../runners";
import { SparkRunner } from "../../../runners/spark";
import { sparkJobServer } from "../../../runners/spark/job_server";

// The machine of the tests is small, and has other work.
process.env.JAVA_TOOL_OPTIONS ??= "-Xmx1g";

/** Settings of Flink for tests: beside the source of this file. */
const FLINK_SETTINGS = "../../../../test/runners/engines/flink";

/** Both try what failed a second time. */
export const ENGINES = {
  flink: {
    program: {
      ...FLINK_JOB_SERVER,
      arguments: [...FLINK_JOB_SERVER.arguments, `--flink-conf-dir=${path.join(__dirname, FLINK_SETTINGS)}`],
    },
    runner: (options: RunnerOptions): PipelineRunner => new FlinkRunner({ parallelism: 2, ...options }),
  },
  spark: {
    program: sparkJobServer("local[2,2]"),
    runner: (options: RunnerOptions): PipelineRunner => new SparkRunner(options),
  },
} as const;

export type EngineName = keyof typeof ENGINES;

export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[];

/** Starts a job server. */
export function startEngine(name: EngineName): Promise<JobServer> {
  return JobServer.start(ENGINES[name].program);
}

/** The processes whose command line holds a text, by their ids. */
export function processesWith(text: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8", maxBuffer: 1 << 26 });
  return all.split("\n").filter((line) => line.includes(text) && !line.includes("ps -eo"));
}
