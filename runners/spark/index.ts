// Apache Spark: inside a job server that is started for the job, on a cluster, or behind a job server that runs already.
import { PortableRunner, type Setup } from "../portable";
import { checkReach, isThisMachine } from "../portable/cluster";
import { workersHere } from "../portable/workers";
import { RunnerOptionError, type RunnerOptions } from "../runner";
import { checkSpark, explainSparkFailure, whySparkWaits } from "./cluster";
import { ON_THIS_MACHINE, sparkJobServer } from "./job_server";

/** How long workers wait for the next stage of their job. */
const CACHE_MS = 10_000;

/** How often a task may fail before its job does: Spark on a cluster lets it four times, in one process once. */
const TASK_FAILURES = 4;

/** Runs pipelines on Spark. */
export class SparkRunner extends PortableRunner {
  /** @throws RunnerOptionError for options that go against each other */
  constructor(options: RunnerOptions = {}) {
    const { sparkMaster, jobEndpoint, parallelism } = options;
    if (jobEndpoint !== undefined && parallelism !== undefined) {
      throw new RunnerOptionError(
        "The job server at --job_endpoint has its own parallelism, of its Spark master: leave --parallelism out.",
      );
    }
    if (jobEndpoint !== undefined && sparkMaster !== undefined) {
      throw new RunnerOptionError(
        "The job server at --job_endpoint has its own Spark: leave --spark_master out.",
      );
    }
    if (sparkMaster !== undefined) checkReach(new URL(sparkMaster).hostname, options);
    super(
      {
        name: "spark",
        title: "Spark",
        features: ["merging windows"],
        prepare: () => prepare(options),
        ...(sparkMaster === undefined
          ? {}
          : {
              explain: (text) => explainSparkFailure(sparkMaster, text),
              whyWaiting: (log) => whySparkWaits(sparkMaster, log),
            }),
      },
      options,
    );
  }
}

async function prepare(options: RunnerOptions): Promise<Setup> {
  const { sparkMaster, parallelism, sdkWorkerParallelism } = options;
  const workers = workersHere(options);
  const jobOptions = {
    // A bundle goes to the worker that is free; with one there is nothing to choose.
    load_balance_bundles: workers.processes > 1,
    // Workers stay between stages.
    environment_cache_millis: CACHE_MS,
  };
  if (sparkMaster === undefined) {
    const jobServer = sparkJobServer(`local[${workers.parallelism},${TASK_FAILURES}]`, ON_THIS_MACHINE);
    return { jobServer, jobOptions, workers };
  }
  await checkSpark(sparkMaster);
  const jobServer = sparkJobServer(sparkMaster, {
    ...(isThisMachine(new URL(sparkMaster).hostname) ? ON_THIS_MACHINE : {}),
    ...(parallelism === undefined ? {} : { "spark.cores.max": `${parallelism}` }),
  });
  return {
    jobServer,
    jobOptions,
    workers: { ...workers, processes: sdkWorkerParallelism ?? workers.processes },
  };
}
