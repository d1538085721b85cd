// Where pipelines run: the registry of runners. They run any Beam pipeline and know no model and no transform of ours.
import { UnknownRunnerError, type PipelineRunner } from "./runner";

/** Every runner by its name; its code is loaded when it is chosen. */
const RUNNERS: Readonly<Record<string, () => PipelineRunner>> = {
  direct: () => new (require("./sdk_direct") as typeof import("./sdk_direct")).SdkDirectRunner(),
};

/** The names of the runners. */
export const RUNNER_NAMES: readonly string[] = Object.keys(RUNNERS);

/**
 * Makes a runner.
 * @throws UnknownRunnerError, which names those that there are
 */
export function createRunner(name: string): PipelineRunner {
  if (!Object.hasOwn(RUNNERS, name)) throw new UnknownRunnerError(name, RUNNER_NAMES);
  return RUNNERS[name]();
}

export { CodeTravelError } from "./code_error";
export {
  UnknownRunnerError,
  type Metrics,
  type PipelineBuilder,
  type PipelineRunner,
  type RunOptions,
} from "./runner";
