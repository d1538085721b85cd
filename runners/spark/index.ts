// Apache Spark, inside a job server that is started for the job, or behind one that runs already.
import { PortableRunner } from "../portable";
import { defaultParallelism } from "../portable/parallelism";
import { RunnerOptionError, type RunnerOptions } from "../runner";
import { sparkJobServer } from "./job_server";

/** How often a task may fail before its job does: Spark on a cluster lets it four times, in one process once. */
const TASK_FAILURES = 4;

/** Runs pipelines on Spark. */
export class SparkRunner extends PortableRunner {
  /** @throws RunnerOptionError for options that go against each other */
  constructor(options: RunnerOptions = {}) {
    if (options.jobEndpoint !== undefined && options.parallelism !== undefined) {
      throw new RunnerOptionError(
        "The job server at --job_endpoint has its own parallelism, of its Spark master: leave --parallelism out.",
      );
    }
    const { parallelism = defaultParallelism(options) } = options;
    super(
      {
        title: "Spark",
        features: ["merging windows"],
        jobServer: sparkJobServer(`local[${parallelism},${TASK_FAILURES}]`),
        jobOptions: {},
      },
      options,
    );
  }
}
