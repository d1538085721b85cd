// The environment of one job: what is started here for its code to run in, and stopped after it.
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import { getRegisteredModules } from "apache-beam/serialization";
import type { EnvironmentType, Metrics, RunnerOptions } from "../runner";
import { LiveMetrics } from "../live_metrics";
import { workerCommand, WorkerPool } from "../worker";
import { externalEnvironment, otherEnvironment, setEnvironment } from "./environment";
import type { JobOptions } from "./job_service";
import { ProgressServer } from "./progress_server";

const HOST = "127.0.0.1";

export class JobEnvironment {
  private constructor(
    /** What the workers are told in the job's options. */
    readonly jobOptions: JobOptions,
    private readonly type: EnvironmentType,
    private readonly parts: {
      pool?: WorkerPool;
      live?: LiveMetrics;
      progress?: ProgressServer;
    },
  ) {}

  /**
   * Tells the engine where a pipeline's code runs, and starts what is needed for that.
   * @param onMetrics called now and then with what the workers have counted, as far as they are on this machine
   */
  static async enter(
    pipeline: Pipeline,
    { environmentType = "EXTERNAL", environmentConfig }: RunnerOptions,
    onMetrics?: (metrics: Metrics) => void,
  ): Promise<JobEnvironment> {
    if (environmentType === "LOOPBACK") {
      const pool = await WorkerPool.start({ host: HOST });
      setEnvironment(pipeline, externalEnvironment(pool.endpoint));
      return new JobEnvironment({}, environmentType, { pool, live: new LiveMetrics(onMetrics) });
    }
    let pool: WorkerPool | undefined;
    let config = environmentConfig;
    if (environmentType === "EXTERNAL" && config === undefined) {
      pool = await WorkerPool.start({ host: HOST, processes: true });
      config = pool.endpoint;
    }
    setEnvironment(pipeline, otherEnvironment(environmentType, config ?? workerCommand()));
    const progress = await ProgressServer.listen(HOST, onMetrics);
    // Paths in options are those of the folder that the job was started in.
    const jobOptions = { worker_folder: process.cwd(), ...progress.jobOptions };
    return new JobEnvironment(jobOptions, environmentType, { pool, progress });
  }

  /** Starts workers before the engine asks for them: it takes a second from here to its first bundle, and so do they. */
  startAhead(processes: number): void {
    if (this.type !== "LOOPBACK") this.parts.pool?.startAhead(processes, getRegisteredModules());
  }

  /** What the workers of this machine have counted. */
  sums(): Metrics {
    return this.parts.live?.sums() ?? this.parts.progress!.sums();
  }

  async stop(): Promise<void> {
    const { live, progress, pool } = this.parts;
    live?.stop();
    progress?.stop();
    await pool?.stop();
  }
}
