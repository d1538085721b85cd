// What every runner is to those who run pipelines with it.
import type { Root } from "apache-beam/pvalue";

/** Builds a pipeline from its root. */
export type PipelineBuilder = (root: Root) => unknown;

/** The values of a job's counters, summed over its stages, by their names. */
export type Metrics = Readonly<Record<string, number>>;

/** The values that a distribution was given. */
export interface DistributionValue {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** A counter or a distribution of one stage. */
export interface StageMetric {
  /** The unique name of the transform. */
  readonly stage: string;
  readonly name: string;
  readonly value: number | DistributionValue;
}

export interface RunOptions {
  /** Called now and then while the job runs. */
  onMetrics?: (metrics: Metrics) => void;
  /** Called once, when the job has succeeded, with what each stage has counted. */
  onStageMetrics?: (metrics: readonly StageMetric[]) => void;
  /** Called with what a person should know before the job ends: that it waits for something, and for what. */
  onNotice?: (text: string) => void;
  /** Cancels the job: `run` rejects with its reason when nothing of the job runs any more. */
  signal?: AbortSignal;
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

/** Where the code of a pipeline runs: in this process, in a pool of processes, or where Beam's other environments say. */
export const ENVIRONMENT_TYPES = ["LOOPBACK", "EXTERNAL", "PROCESS", "DOCKER"] as const;

export type EnvironmentType = (typeof ENVIRONMENT_TYPES)[number];

/** How a runner is set up. Which of it a runner takes, it says; what it does not take it refuses. */
export interface RunnerOptions {
  /** How many worker processes the direct runner has. Default: one a core. */
  directNumWorkers?: number;
  /** Bytes of memory that all processes of the direct runner may take together. Default: a quarter of the machine's. */
  memoryLimit?: number;
  /** How many bundles of a stage are processed at once. */
  parallelism?: number;
  /** The job server to run, a jar, instead of the one that is built. */
  jobServerJar?: string;
  /** A job server that runs already, HOST:PORT. */
  jobEndpoint?: string;
  /** A Flink cluster, HOST:PORT of its REST service. */
  flinkMaster?: string;
  /** A standalone Spark cluster, spark://HOST:PORT. */
  sparkMaster?: string;
  /** Default: EXTERNAL, with a pool that is started for the job. */
  environmentType?: EnvironmentType;
  /**
   * EXTERNAL: HOST:PORT of a worker pool (default: one that is started for the job); PROCESS: a command, or JSON
   * `{command, env}` (default: one that starts this package here); DOCKER: an image.
   */
  environmentConfig?: string;
  /** How many worker processes there are, on each node of a cluster. */
  sdkWorkerParallelism?: number;
}

/** No runner of that name. */
export class UnknownRunnerError extends Error {
  readonly code = "UNKNOWN_RUNNER";
  constructor(name: string, known: readonly string[]) {
    super(`Unknown runner '${name}'. The runners are: ${known.join(", ")}.`);
    this.name = "UnknownRunnerError";
  }
}

/** An option that a runner does not take, or that goes against another. */
export class RunnerOptionError extends Error {
  readonly code = "RUNNER_OPTION";
  override readonly name = "RunnerOptionError";
}
