// The table of the runners that the suite is run on: whoever adds a runner, or a way to run one, adds a row.
import { createRunner, type PipelineRunner } from "../../../runners";
import type { Feature } from "../../../runners/unsupported";
import { ENGINES, startEngine, type EngineName } from "../engines/engine";

/** A runner with all that it needs, ready for jobs. */
export interface ReadyRunner {
  readonly runner: PipelineRunner;
  /** Stops what was started for it. */
  stop(): Promise<void>;
}

/** A row. */
export interface Row {
  readonly name: string;
  /** What it can do of the features that not every runner has; the others it must refuse. */
  readonly features: readonly Feature[];
  /** Whether it tries again what has failed. */
  readonly retries: boolean;
  /**
   * How an error of the pipeline is told: as it was thrown, or by its stage and message, with its whole text in a file always or
   * where it has no name of its own.
   */
  readonly errors: "thrown" | "told" | "told with a file";
  /** Starts what all tests of the row share. */
  start(): Promise<ReadyRunner>;
}

export const ROWS: readonly Row[] = [
  here("direct", ["merging windows"], "told"),
  here("sdk-direct", [], "thrown"),
  inJobServer("flink"),
  inJobServer("spark"),
];

/** A runner that is all on this machine. */
function here(name: string, features: readonly Feature[], errors: Row["errors"]): Row {
  return {
    name,
    features,
    retries: false,
    errors,
    start: async () => ({ runner: createRunner(name), stop: async () => {} }),
  };
}

/** An engine inside its job server; the code runs in this process. */
function inJobServer(name: EngineName): Row {
  return {
    name,
    features: ["merging windows"],
    retries: true,
    errors: "told with a file",
    start: async () => {
      const server = await startEngine(name);
      return {
        runner: ENGINES[name].runner({ jobEndpoint: server.endpoint }),
        stop: () => server.stop(),
      };
    },
  };
}
