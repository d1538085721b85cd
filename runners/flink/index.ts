// Apache Flink, inside a job server that is started for the job, or behind one that runs already.
import { PortableRunner } from "../portable";
import type { RunnerOptions } from "../runner";
import { defaultParallelism } from "../portable/parallelism";
import { FLINK_JOB_SERVER } from "./job_server";

/** Runs pipelines on Flink. */
export class FlinkRunner extends PortableRunner {
  constructor(options: RunnerOptions = {}) {
    const { parallelism = defaultParallelism(options) } = options;
    super(
      {
        title: "Flink",
        features: ["merging windows"],
        jobServer: FLINK_JOB_SERVER,
        jobOptions: { parallelism },
      },
      options,
    );
  }
}
