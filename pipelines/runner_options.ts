// The options that say where a pipeline runs.
import { Option, type Command } from "commander";
import { ENVIRONMENT_TYPES, type EnvironmentType, type RunnerOptions } from "../runners/runner";
import { byteSize, endpoint, jarName, positiveInteger, sparkMaster } from "./option_values";

/** What they hold. */
export interface RunnerOptionValues {
  runner: string;
  direct_num_workers?: number;
  memory_limit?: number;
  parallelism?: number;
  job_server_jar?: string;
  job_endpoint?: string;
  flink_master?: string;
  spark_master?: string;
  environment_type?: EnvironmentType;
  environment_config?: string;
  job_jar?: string;
  sdk_worker_parallelism?: number;
}

/** Adds them to a command. */
export function addRunnerOptions(command: Command): Command {
  return command
    .option("--runner <name>", "where the pipeline runs: direct, flink, spark, or sdk-direct", "direct")
    .option(
      "--direct_num_workers <n>",
      "worker processes of the direct runner (default: one a core)",
      positiveInteger,
    )
    .option(
      "--memory_limit <size>",
      "what the direct runner may take of memory, as 4GB (default: a quarter of the machine's)",
      byteSize,
    )
    .option("--parallelism <n>", "how many bundles the runner processes at once", positiveInteger)
    .option("--job_server_jar <path>", "a job server of Beam to run (default: one is built with Maven)")
    .option("--job_endpoint <host:port>", "a job server of Beam that runs already", endpoint)
    .option("--flink_master <host:port>", "a Flink cluster, by its REST address", endpoint)
    .option("--spark_master <url>", "a standalone Spark cluster, spark://HOST:PORT", sparkMaster)
    .addOption(
      new Option(
        "--environment_type <type>",
        "where the code runs (default: processes of this machine; LOOPBACK: this process)",
      ).choices(ENVIRONMENT_TYPES),
    )
    .option(
      "--environment_config <text>",
      "for EXTERNAL: a worker pool's HOST:PORT; PROCESS: a worker's command; DOCKER: an image",
    )
    .option(
      "--job_jar <path>",
      "writes the job into a jar for `flink run` or `spark-submit` instead of running it",
      jarName,
    )
    .option(
      "--sdk_worker_parallelism <n>",
      "how many processes the code runs in, on each node (default: one a core)",
      positiveInteger,
    );
}

/** How the runner is set up, as the options say it. */
export function runnerOptions(options: RunnerOptionValues): RunnerOptions {
  return {
    directNumWorkers: options.direct_num_workers,
    memoryLimit: options.memory_limit,
    parallelism: options.parallelism,
    jobServerJar: options.job_server_jar,
    jobEndpoint: options.job_endpoint,
    flinkMaster: options.flink_master,
    sparkMaster: options.spark_master,
    environmentType: options.environment_type,
    environmentConfig: options.environment_config,
    sdkWorkerParallelism: options.sdk_worker_parallelism,
  };
}
