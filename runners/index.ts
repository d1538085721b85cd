// Where pipelines run: the registry of runners. They run any Beam pipeline and know no model and no transform of ours.
import type { JarEngine } from "./portable/job_jar";
import { RunnerOptionError, UnknownRunnerError } from "./runner";
import type { PipelineBuilder, PipelineRunner, RunnerOptions } from "./runner";

/** Every runner by its name; its code is loaded when it is chosen. */
const RUNNERS: Readonly<Record<string, (options: RunnerOptions) => PipelineRunner>> = {
  direct: (options) => {
    refuseOptions("direct", options, ["directNumWorkers", "memoryLimit"]);
    return new (require("./direct") as typeof import("./direct")).DirectRunner(options);
  },
  "sdk-direct": (options) => {
    refuseOptions("sdk-direct", options, []);
    return new (require("./sdk_direct") as typeof import("./sdk_direct")).SdkDirectRunner();
  },
  flink: (options) => {
    refuseOptions("flink", options, [...PORTABLE_OPTIONS, "flinkMaster"]);
    return new (require("./flink") as typeof import("./flink")).FlinkRunner(options);
  },
  spark: (options) => {
    refuseOptions("spark", options, [...PORTABLE_OPTIONS, "sparkMaster"]);
    return new (require("./spark") as typeof import("./spark")).SparkRunner(options);
  },
};

/** What is written into jars of its own to be submitted to a cluster, by the runner's name. */
const JOB_JARS: Readonly<Record<string, () => JarEngine>> = {
  flink: () => (require("./flink/job_jar") as typeof import("./flink/job_jar")).FLINK_JARS,
  spark: () => (require("./spark/job_jar") as typeof import("./spark/job_jar")).SPARK_JARS,
};

/** The names of the runners. */
export const RUNNER_NAMES: readonly string[] = Object.keys(RUNNERS);

/**
 * Makes a runner.
 * @throws UnknownRunnerError, which names those that there are
 * @throws RunnerOptionError for options that the runner does not take
 */
export function createRunner(name: string, options: RunnerOptions = {}): PipelineRunner {
  if (!Object.hasOwn(RUNNERS, name)) throw new UnknownRunnerError(name, RUNNER_NAMES);
  return RUNNERS[name](options);
}

/**
 * Writes a job into a jar that a cluster runs without this process, and as often as it is submitted.
 * @param file is replaced where it is there
 * @returns the command that submits it
 * @throws UnknownRunnerError
 * @throws RunnerOptionError for a runner without jars, and options that a jar can't have
 * @throws CodeTravelError, UnsupportedPipelineError, JobServerSetupError, JobServerError, JobFailedError
 */
export async function writeJobJar(
  runner: string,
  options: RunnerOptions,
  pipeline: PipelineBuilder,
  file: string,
  signal?: AbortSignal,
): Promise<string> {
  if (!Object.hasOwn(JOB_JARS, runner) && Object.hasOwn(RUNNERS, runner)) {
    throw new RunnerOptionError(
      `--job_jar is of ${Object.keys(JOB_JARS).join(" and ")}: the runner '${runner}' runs in this process alone.`,
    );
  }
  const jars = require("./portable/job_jar") as typeof import("./portable/job_jar");
  // Refuses a runner that is not known.
  if (!Object.hasOwn(RUNNERS, runner)) createRunner(runner);
  const engine = JOB_JARS[runner]();
  const complete = jars.jarOptions(engine, options);
  // Refuses what the runner does not take.
  createRunner(runner, complete);
  return jars.writeJobJar(engine, complete, pipeline, file, signal);
}

/** Options of all runners behind job services. */
const PORTABLE_OPTIONS: readonly (keyof RunnerOptions)[] = [
  "parallelism",
  "jobServerJar",
  "jobEndpoint",
  "environmentType",
  "environmentConfig",
  "sdkWorkerParallelism",
];

/** Whoever gives an option expects that it does something. */
function refuseOptions(runner: string, options: RunnerOptions, taken: readonly string[]): void {
  const [given] =
    Object.entries(options).find(([name, value]) => value !== undefined && !taken.includes(name)) ?? [];
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  throw new RunnerOptionError(`The runner '${runner}' does not take --${option}.`);
}

export { CodeTravelError } from "./code_error";
export { JobServerError, JobServerSetupError } from "./job_server/errors";
export { JobFailedError } from "./portable/errors";
/** Starts a pool of worker processes; loaded when it is called. */
export const startWorkerPool: typeof import("./worker/start_pool").startWorkerPool = (...args) =>
  (require("./worker/start_pool") as typeof import("./worker/start_pool")).startWorkerPool(...args);
export { UnsupportedPipelineError } from "./unsupported_error";
export {
  ENVIRONMENT_TYPES,
  RunnerOptionError,
  UnknownRunnerError,
  type DistributionValue,
  type EnvironmentType,
  type Metrics,
  type PipelineBuilder,
  type PipelineRunner,
  type RunnerOptions,
  type RunOptions,
  type StageMetric,
} from "./runner";
