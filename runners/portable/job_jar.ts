// Writes a job into a jar of its own, which runs it when it is submitted to a cluster. This process is not needed then.
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import path from "node:path";
import "../../sdk";
import { getRegisteredModules } from "apache-beam/serialization";
import { buildPipeline } from "../build";
import { JobServer, type JobServerProgram } from "../job_server";
import { RunnerOptionError } from "../runner";
import type { EnvironmentType, PipelineBuilder, RunnerOptions } from "../runner";
import { checkSupported, type Feature } from "../unsupported";
import { otherEnvironment, setEnvironment } from "./environment";
import { runJob } from "./job";
import { JobService, type JobOptions } from "./job_service";

/** Where nodes have the bundle unless it is said. */
export const DEFAULT_WORKER = "/opt/beam-predict/bin/worker";

/** What there is to know of an engine to write jars for it. */
export interface JarEngine {
  /** Its name on the command line, and as people write it. */
  readonly name: string;
  readonly title: string;
  readonly features: readonly Feature[];
  /** The job server that writes them. */
  readonly jobServer: JobServerProgram;
  /** The job's options that only this engine has. */
  readonly jobOptions: JobOptions;
  /** What says how many bundles there are at once when a jar is submitted, where the job itself can't. */
  readonly parallelismFrom?: string;
  /** The command that submits one. */
  submit(jar: string): string;
}

/** Names of variables that hold secrets. */
const SECRET = /SECRET|TOKEN|PASSWORD|PASSWD|ACCESS_KEY|API_KEY|PRIVATE_KEY/i;

/** The options of a runner with what is particular to jars. */
export interface JarOptions extends RunnerOptions {
  environmentType: Exclude<EnvironmentType, "LOOPBACK">;
  environmentConfig: string;
}

/**
 * Completes the options of a runner for a jar: nodes start the worker of the bundle unless they say otherwise.
 * @throws RunnerOptionError for options that a jar can't have
 */
export function jarOptions({ parallelismFrom }: JarEngine, options: RunnerOptions): JarOptions {
  const { jobEndpoint, environmentType = "PROCESS" } = options;
  if (jobEndpoint !== undefined) {
    throw new RunnerOptionError(
      "--job_jar is written by a job server on this machine: leave --job_endpoint out, or give --job_server_jar.",
    );
  }
  if (options.flinkMaster !== undefined || options.sparkMaster !== undefined) {
    throw new RunnerOptionError(
      "Whoever submits a job jar says to which cluster: leave --flink_master and --spark_master out, or --job_jar.",
    );
  }
  if (parallelismFrom !== undefined && options.parallelism !== undefined) {
    throw new RunnerOptionError(
      `The parallelism of this job is said when its jar is submitted, by ${parallelismFrom}: leave --parallelism out.`,
    );
  }
  if (environmentType === "LOOPBACK") {
    throw new RunnerOptionError(
      "--job_jar runs without this process: give --environment_type PROCESS, DOCKER or EXTERNAL instead of LOOPBACK.",
    );
  }
  const environmentConfig =
    options.environmentConfig ?? (environmentType === "PROCESS" ? DEFAULT_WORKER : undefined);
  if (environmentConfig === undefined)
    throw new RunnerOptionError(`--job_jar with ${environmentType} needs --environment_config.`);
  if (environmentType === "PROCESS") refuseSecrets(environmentConfig);
  return { ...options, environmentType, environmentConfig };
}

/**
 * Writes the jar of a job, aside and then in place.
 * @returns the command that submits it
 * @throws CodeTravelError, UnsupportedPipelineError, JobServerSetupError, JobServerError, JobFailedError
 */
export async function writeJobJar(
  engine: JarEngine,
  options: JarOptions,
  builder: PipelineBuilder,
  file: string,
  signal?: AbortSignal,
): Promise<string> {
  const pipeline = await buildPipeline(builder);
  const { name: runner, title, features, jobServer } = engine;
  checkSupported(pipeline, { runner, features });
  setEnvironment(pipeline, otherEnvironment(options.environmentType, options.environmentConfig));
  const target = path.resolve(file);
  const aside = path.join(
    path.dirname(target),
    `.${path.basename(target)}.${randomBytes(4).toString("hex")}.tmp`,
  );
  // What it is called on the cluster.
  const name = path.basename(target, ".jar").replace(/[^A-Za-z0-9]+/g, "-");
  const jobOptions = {
    ...engine.jobOptions,
    // Unless it is said here, whoever submits the jar says it.
    ...(options.parallelism !== undefined && { parallelism: options.parallelism }),
    // 0: one for each core of a node but one.
    sdk_worker_parallelism: options.sdkWorkerParallelism ?? 0,
    job_name: name,
    registered_node_modules: getRegisteredModules(),
    output_executable_path: aside,
  };
  const server = await JobServer.start(jobServer, { jar: options.jobServerJar, signal });
  try {
    const service = await JobService.connect(server.endpoint);
    try {
      await runJob(
        service,
        { pipeline, name, options: { ...jobOptions, ...server.workerOptions }, engine: title },
        signal,
      );
    } finally {
      service.close();
    }
    await rename(aside, target);
  } finally {
    await server.stop();
    rmSync(aside, { force: true });
  }
  return engine.submit(file);
}

function refuseSecrets(config: string): void {
  const secret = Object.keys(variablesOf(config)).find((name) => SECRET.test(name));
  if (secret === undefined) return;
  throw new RunnerOptionError(
    `The variable ${secret} in --environment_config would stand in the jar for all to read. Set it on the nodes.`,
  );
}

/** The variables that a worker's command gets. Whether it is right is checked elsewhere. */
function variablesOf(config: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(config) as { env?: Record<string, unknown> } | null;
    return parsed?.env ?? {};
  } catch {
    return {};
  }
}
