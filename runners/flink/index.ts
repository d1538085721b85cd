// Apache Flink: inside a job server that is started for the job, on a cluster, or behind a job server that runs already.
import { PortableRunner, type Setup } from "../portable";
import { checkReach } from "../portable/cluster";
import { workersHere } from "../portable/workers";
import { RunnerOptionError, type RunnerOptions } from "../runner";
import { askFlink } from "./cluster";
import { FLINK_JOB_OPTIONS } from "./job_options";
import { flinkJobServer } from "./job_server";

/** Runs pipelines on Flink. */
export class FlinkRunner extends PortableRunner {
  /** @throws RunnerOptionError for options that go against each other */
  constructor(options: RunnerOptions = {}) {
    const { flinkMaster, jobEndpoint } = options;
    if (flinkMaster !== undefined && jobEndpoint !== undefined) {
      throw new RunnerOptionError(
        "The job server at --job_endpoint has its own Flink: leave --flink_master out.",
      );
    }
    if (flinkMaster !== undefined) checkReach(flinkMaster.replace(/:\d+$/, ""), options);
    super(
      {
        name: "flink",
        title: "Flink",
        features: ["merging windows"],
        prepare: (signal) => prepare(options, signal),
      },
      options,
    );
  }
}

/**
 * How long workers wait for the next stage of their job. Shorter than Flink waits before it begins again: those of a job that has
 * failed must be gone by then, the dead one among them (`conf/flink-conf.yaml`).
 */
const CACHE_MS = 4_000;

async function prepare(options: RunnerOptions, signal: AbortSignal | undefined): Promise<Setup> {
  const { flinkMaster, environmentType, sdkWorkerParallelism } = options;
  const jobServer = flinkJobServer(flinkMaster);
  if (flinkMaster === undefined) {
    return {
      jobServer,
      jobOptions: { ...FLINK_JOB_OPTIONS, environment_cache_millis: CACHE_MS },
      workers: workersHere(options),
    };
  }
  const { slots, taskManagers } = await askFlink(flinkMaster, signal);
  const parallelism = options.parallelism ?? slots;
  const perNode = Math.min(parallelism, Math.ceil(slots / taskManagers));
  const processes = sdkWorkerParallelism ?? (environmentType === "LOOPBACK" ? 1 : perNode);
  return { jobServer, jobOptions: FLINK_JOB_OPTIONS, workers: { parallelism, processes } };
}
