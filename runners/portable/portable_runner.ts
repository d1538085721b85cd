// Runs pipelines on an engine behind a job service, with a job server of its own or one that runs already.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import "../../sdk";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import { getRegisteredModules } from "apache-beam/serialization";
import { buildPipeline } from "../build";
import { JobServer, JobServerError, type JobServerProgram } from "../job_server";
import { LiveMetrics } from "../live_metrics";
import { RunnerOptionError } from "../runner";
import type {
  Metrics,
  PipelineBuilder,
  PipelineRunner,
  RunnerOptions,
  RunOptions,
  StageMetric,
} from "../runner";
import { checkSupported, type Feature } from "../unsupported";
import { WorkerPool } from "../worker";
import { checkEnvironment, externalEnvironment, otherEnvironment, setEnvironment } from "./environment";
import { JobFailedError } from "./errors";
import { runJob } from "./job";
import { JobService, type JobOptions } from "./job_service";
import { sumCounters } from "./metrics";

/** How long a job server that dropped its connections may take to be known to have stopped. */
const STOPPING_MS = 2_000;

/** What is particular to an engine. */
export interface Engine {
  /** Its name as people write it. */
  readonly title: string;
  /** What it can do, with our workers, beyond what all can. */
  readonly features: readonly Feature[];
  /** The job server to start when none runs. */
  readonly jobServer: JobServerProgram;
  /** The job's options that only this engine has. */
  readonly jobOptions: JobOptions;
}

/** Runs pipelines on an engine behind a job service. */
export class PortableRunner implements PipelineRunner {
  /** @throws RunnerOptionError for options that go against each other */
  constructor(
    private readonly engine: Engine,
    private readonly options: RunnerOptions = {},
  ) {
    const { environmentType = "LOOPBACK", environmentConfig, jobEndpoint, jobServerJar } = options;
    checkEnvironment(environmentType, environmentConfig);
    if (jobEndpoint !== undefined && jobServerJar !== undefined) {
      throw new RunnerOptionError("Give --job_endpoint or --job_server_jar, not both.");
    }
  }

  /**
   * Runs a pipeline to its end.
   * @throws CodeTravelError, UnsupportedPipelineError before anything runs
   * @throws JobServerSetupError, JobServerError when there is no job server to run it
   * @throws JobFailedError with what made it fail, and where the log is
   */
  async run(
    builder: PipelineBuilder,
    { onMetrics, onStageMetrics, signal }: RunOptions = {},
  ): Promise<Metrics> {
    const pipeline = await buildPipeline(builder);
    const { jobServer, features } = this.engine;
    checkSupported(pipeline, { runner: jobServer.name, features });
    if (!hasCode(pipeline)) return {};
    const live = new LiveMetrics(onMetrics);
    let pool: WorkerPool | undefined;
    let server: JobServer | undefined;
    let keepLog = false;
    try {
      pool = await this.enterEnvironment(pipeline);
      const { jobServerJar: jar, jobEndpoint } = this.options;
      if (jobEndpoint === undefined) server = await JobServer.start(jobServer, { jar, signal });
      const stages = await this.runOn(jobEndpoint ?? server!.endpoint, server, pipeline, signal);
      const metrics = sumCounters(stages);
      onMetrics?.({ ...live.sums(), ...metrics });
      onStageMetrics?.(stages);
      return metrics;
    } catch (error) {
      keepLog = !signal?.aborted;
      throw error instanceof JobFailedError ? withLog(error, server?.logFile) : error;
    } finally {
      live.stop();
      await server?.stop({ keepLog });
      await pool?.stop();
    }
  }

  /** Tells the engine where the pipeline's code runs; in LOOPBACK gives back the pool of workers in this process. */
  private async enterEnvironment(pipeline: Pipeline): Promise<WorkerPool | undefined> {
    const { environmentType = "LOOPBACK", environmentConfig } = this.options;
    if (environmentType !== "LOOPBACK") {
      setEnvironment(pipeline, otherEnvironment(environmentType, environmentConfig!));
      return undefined;
    }
    const pool = await WorkerPool.start({ host: "127.0.0.1" });
    setEnvironment(pipeline, externalEnvironment(pool.endpoint));
    return pool;
  }

  private async runOn(
    endpoint: string,
    server: JobServer | undefined,
    pipeline: Pipeline,
    signal: AbortSignal | undefined,
  ): Promise<StageMetric[]> {
    const service = await JobService.connect(endpoint);
    const { title: engine, jobOptions } = this.engine;
    const name = `beam-predict-${Date.now().toString(36)}`;
    const options = { ...jobOptions, job_name: name, registered_node_modules: getRegisteredModules() };
    try {
      return await runJob(service, { pipeline, name, options, engine }, signal);
    } catch (error) {
      // A job server of ours that has gone can say more about it.
      if (error instanceof JobServerError && server !== undefined)
        await Promise.race([server.failed, sleep(STOPPING_MS)]);
      throw error;
    } finally {
      service.close();
    }
  }
}

/** Whether a pipeline runs any code. One that does not has no effect, and Flink refuses it or never says that it is done. */
function hasCode({ components }: Pipeline): boolean {
  const transforms = Object.values(components?.transforms ?? {});
  return transforms.some(({ spec }) => spec?.urn === "beam:transform:pardo:v1");
}

/** The error with the place of a log: the job server's, or one of its own. */
function withLog(error: JobFailedError, log = writeLog(error.details)): JobFailedError {
  return new JobFailedError(`${error.message}\nThe whole text of the failure: ${log}`, {
    details: error.details,
    cause: error,
  });
}

function writeLog(details: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "beam-predict-job-")), "error.log");
  writeFileSync(file, `${details}\n`);
  return file;
}
