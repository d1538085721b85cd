// Real engines for tests: one job server of each, which the tests of a file share.
import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { FLINK_JOB_SERVER } from "../../../runners/flink/job_server";
import { FlinkRunner } from "../../../runners/flink";
import { JobServer } from "../../../runners/job_server";
import type { PipelineRunner, RunnerOptions } from "../../../runners";
import { SparkRunner } from "../../../runners/spark";
import { sparkJobServer } from "../../../runners/spark/job_server";

// The machine of the tests is small, and has other work.
process.env.JAVA_TOOL_OPTIONS ??= "-Xmx1g";

/** As our runners start them. */
export const ENGINES = {
  flink: {
    program: FLINK_JOB_SERVER,
    runner: (options: RunnerOptions): PipelineRunner =>
      new FlinkRunner({ environmentType: "LOOPBACK", ...options }),
  },
  spark: {
    program: sparkJobServer("local[2,4]"),
    runner: (options: RunnerOptions): PipelineRunner =>
      new SparkRunner({ environmentType: "LOOPBACK", ...options }),
  },
} as const;

export type EngineName = keyof typeof ENGINES;

export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[];

/** Starts a job server. */
export function startEngine(name: EngineName): Promise<JobServer> {
  return JobServer.start(ENGINES[name].program);
}

/** The processes whose current directory is a folder, by their ids. */
export function processesIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // It has ended.
    }
  });
}

/** The processes whose command line holds a text, by their ids. */
export function processesWith(text: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8", maxBuffer: 1 << 26 });
  return all.split("\n").filter((line) => line.includes(text) && !line.includes("ps -eo"));
}
