// Apache Flink: inside a job server that is started for the job, on a cluster, or behind a job server that runs already.
import { PortableRunner, type Setup } from "../portable";
import { checkReach } from "../portable/cluster";
import { workersHere } from "../portable/workers";
import { RunnerOptionError, type RunnerOptions } from "../runner";
import { askFlink } from "./cluster";
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

async function prepare(options: RunnerOptions, signal: AbortSignal | undefined): Promise<Setup> {
  const { flinkMaster, environmentType, sdkWorkerParallelism } = options;
  const setup = { jobServer: flinkJobServer(flinkMaster), jobOptions: { environment_cache_millis: 10_000, faster_copy: true } };
  if (flinkMaster === undefined) return { ...setup, workers: workersHere(options) };
  const { slots, taskManagers } = await askFlink(flinkMaster, signal);
  const parallelism = options.parallelism ?? slots;
  const perNode = Math.min(parallelism, Math.ceil(slots / taskManagers));
  const processes = sdkWorkerParallelism ?? (environmentType === "LOOPBACK" ? 1 : perNode);
  return { ...setup, workers: { parallelism, processes } };
}
