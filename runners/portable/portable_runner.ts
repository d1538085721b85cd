// Runs pipelines on an engine behind a job service, with a job server of its own or one that runs already.
import { setTimeout as sleep } from "node:timers/promises";
import "../../sdk";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import { getRegisteredModules } from "apache-beam/serialization";
import { buildPipeline } from "../build";
import { writeFailureLog } from "../failure_log";
import { JobServer, JobServerError, type JobServerProgram } from "../job_server";
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
import { checkEnvironment } from "./environment";
import { JobFailedError } from "./errors";
import { runJob } from "./job";
import { JobEnvironment } from "./job_environment";
import { JobService, type JobOptions } from "./job_service";
import { sumCounters } from "./metrics";
import { watchBeginning, type Waiting } from "./waiting";
import type { Workers } from "./workers";

/** How long a job server that dropped its connections may take to be known to have stopped. */
const STOPPING_MS = 2_000;

/** What is particular to an engine. */
export interface Engine {
  /** Its name on the command line. */
  readonly name: string;
  /** Its name as people write it. */
  readonly title: string;
  /** What it can do, with our workers, beyond what all can. */
  readonly features: readonly Feature[];
  /**
   * Finds out what there is to know before a job.
   * @throws JobServerSetupError for a cluster that can't be used
   */
  prepare(signal?: AbortSignal): Promise<Setup>;
  /** The text for a person of a failure that only this engine has. */
  explain?(text: string): string | undefined;
  /** Why a job has not begun, by its job server's log, where the engine tells nobody; nothing when it has. */
  readonly whyWaiting?: (log: string) => Waiting | undefined;
}

/** How an engine runs a job. */
export interface Setup {
  /** The job server to start when none runs. */
  readonly jobServer: JobServerProgram;
  readonly workers: Workers;
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
    checkEnvironment(options);
    if (options.jobEndpoint !== undefined && options.jobServerJar !== undefined) {
      throw new RunnerOptionError("Give --job_endpoint or --job_server_jar, not both.");
    }
  }

  /**
   * Runs a pipeline to its end.
   * @throws CodeTravelError, UnsupportedPipelineError before anything runs
   * @throws JobServerSetupError, JobServerError when there is no job server, or no cluster, to run it
   * @throws JobFailedError with what made it fail, and where the log is
   */
  async run(
    builder: PipelineBuilder,
    { onMetrics, onStageMetrics, onNotice, signal }: RunOptions = {},
  ): Promise<Metrics> {
    const pipeline = await buildPipeline(builder);
    const { name: runner, features } = this.engine;
    checkSupported(pipeline, { runner, features });
    if (!hasCode(pipeline)) return {};
    const setup = await this.engine.prepare(signal);
    const environment = await JobEnvironment.enter(pipeline, this.options, onMetrics);
    let server: JobServer | undefined;
    let stopWatching: (() => void) | undefined;
    let keepLog = false;
    let isDone = false;
    try {
      const { jobServerJar: jar, jobEndpoint } = this.options;
      if (jobEndpoint === undefined) server = await JobServer.start(setup.jobServer, { jar, signal });
      const { whyWaiting } = this.engine;
      if (server !== undefined && whyWaiting !== undefined && onNotice !== undefined)
        stopWatching = watchBeginning(server.logFile, whyWaiting, onNotice);
      // Not before: Java's start is what everything waits for, and it needs the processors.
      environment.startAhead(setup.workers.processes);
      const options = { ...jobOptions(setup, server), ...environment.jobOptions };
      const stages = await this.runOn(jobEndpoint ?? server!.endpoint, server, pipeline, options, signal);
      const metrics = sumCounters(stages);
      onMetrics?.({ ...environment.sums(), ...metrics });
      onStageMetrics?.(stages);
      // Containers, and workers in a pool of somebody's, are ended by the job server.
      const { environmentType, environmentConfig } = this.options;
      isDone =
        environmentType !== "DOCKER" && (environmentType !== "EXTERNAL" || environmentConfig === undefined);
      return metrics;
    } catch (error) {
      keepLog = !signal?.aborted;
      throw error instanceof JobFailedError ? this.explained(error, server?.logFile) : error;
    } finally {
      stopWatching?.();
      await server?.stop({ keepLog, isDone });
      await environment.stop();
    }
  }

  private async runOn(
    endpoint: string,
    server: JobServer | undefined,
    pipeline: Pipeline,
    options: JobOptions,
    signal: AbortSignal | undefined,
  ): Promise<StageMetric[]> {
    const service = await JobService.connect(endpoint);
    const { title: engine } = this.engine;
    const name = `beam-predict-${Date.now().toString(36)}`;
    const all = { ...options, job_name: name, registered_node_modules: getRegisteredModules() };
    try {
      return await runJob(service, { pipeline, name, options: all, engine }, signal);
    } catch (error) {
      // A job server of ours that has gone can say more about it.
      if (error instanceof JobServerError && server !== undefined)
        await Promise.race([server.failed, sleep(STOPPING_MS)]);
      throw error;
    } finally {
      service.close();
    }
  }

  private explained(error: JobFailedError, logFile: string | undefined): JobFailedError {
    const message = this.engine.explain?.(error.details) ?? error.message;
    return withLog(new JobFailedError(message, { details: error.details, cause: error }), logFile);
  }
}

function jobOptions({ jobOptions, workers }: Setup, server: JobServer | undefined): JobOptions {
  return {
    ...jobOptions,
    parallelism: workers.parallelism,
    sdk_worker_parallelism: workers.processes,
    ...(server === undefined ? {} : { files_to_stage: server.filesToStage, ...server.workerOptions }),
  };
}

/** Whether a pipeline runs any code. One that does not has no effect, and Flink refuses it or never says that it is done. */
function hasCode({ components }: Pipeline): boolean {
  const transforms = Object.values(components?.transforms ?? {});
  return transforms.some(({ spec }) => spec?.urn === "beam:transform:pardo:v1");
}

/** The error with the place of a log: the job server's, or one of its own. */
function withLog(error: JobFailedError, log = writeFailureLog(error.details)): JobFailedError {
  return new JobFailedError(`${error.message}\nThe whole text of the failure: ${log}`, {
    details: error.details,
    cause: error,
  });
}
