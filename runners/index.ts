// Where pipelines run: the registry of runners. They run any Beam pipeline and know no model and no transform of ours.
import { RunnerOptionError, UnknownRunnerError, type PipelineRunner, type RunnerOptions } from "./runner";

/** Every runner by its name; its code is loaded when it is chosen. */
const RUNNERS: Readonly<Record<string, (options: RunnerOptions) => PipelineRunner>> = {
  direct: (options) => {
    refuseOptions("direct", options);
    return new (require("./sdk_direct") as typeof import("./sdk_direct")).SdkDirectRunner();
  },
  flink: (options) => new (require("./flink") as typeof import("./flink")).FlinkRunner(options),
  spark: (options) => new (require("./spark") as typeof import("./spark")).SparkRunner(options),
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

/** Whoever gives an option expects that it does something. */
function refuseOptions(runner: string, options: RunnerOptions): void {
  const [given] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  throw new RunnerOptionError(`The runner '${runner}' does not take --${option}.`);
}

export { CodeTravelError } from "./code_error";
export { JobServerError, JobServerSetupError } from "./job_server/errors";
export { JobFailedError } from "./portable/errors";
export { UnsupportedPipelineError } from "./unsupported_error";
export {
  ENVIRONMENT_TYPES,
  RunnerOptionError,
  UnknownRunnerError,
  type EnvironmentType,
  type Metrics,
  type PipelineBuilder,
  type PipelineRunner,
  type RunnerOptions,
  type RunOptions,
} from "./runner";
