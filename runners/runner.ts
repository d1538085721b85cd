// What every runner is to those who run pipelines with it.
import type { Root } from "apache-beam/pvalue";

/** Builds a pipeline from its root. */
export type PipelineBuilder = (root: Root) => unknown;

/** The values of a job's counters, summed over its stages, by their names. */
export type Metrics = Readonly<Record<string, number>>;

export interface RunOptions {
  /** Called now and then while the job runs. */
  onMetrics?: (metrics: Metrics) => void;
}

/** Runs any Beam pipeline. */
export interface PipelineRunner {
  /**
   * Runs a pipeline to its end.
   * @returns the job's metrics
   * @throws what made the job fail
   */
  run(pipeline: PipelineBuilder, options?: RunOptions): Promise<Metrics>;
}

/** No runner of that name. */
export class UnknownRunnerError extends Error {
  readonly code = "UNKNOWN_RUNNER";
  constructor(name: string, known: readonly string[]) {
    super(`Unknown runner '${name}'. The runners are: ${known.join(", ")}.`);
    this.name = "UnknownRunnerError";
  }
}
