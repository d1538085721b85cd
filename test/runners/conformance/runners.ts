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
   * Whether a job service stands between: an error of the pipeline is told, with its stage and where the whole text is. Other
   * runners throw it.
   */
  readonly tellsErrors: boolean;
  /** Starts what all tests of the row share. */
  start(): Promise<ReadyRunner>;
}

export const ROWS: readonly Row[] = [
  {
    name: "direct",
    features: [],
    retries: false,
    tellsErrors: false,
    start: async () => ({ runner: createRunner("direct"), stop: async () => {} }),
  },
  inJobServer("flink"),
  inJobServer("spark"),
];

/** An engine inside its job server; the code runs in this process. */
function inJobServer(name: EngineName): Row {
  return {
    name,
    features: ["merging windows"],
    retries: true,
    tellsErrors: true,
    start: async () => {
      const server = await startEngine(name);
      return {
        runner: ENGINES[name].runner({ jobEndpoint: server.endpoint }),
        stop: () => server.stop(),
      };
    },
  };
}
