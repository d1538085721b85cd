// The options of the command line: their names, defaults and checks.
import { InvalidArgumentError, Option, type Command } from "commander";
import path from "node:path";
import type { ModelReference } from "../models/configuration";
import { withoutSlash } from "../storage/file_systems/folder_name";
import { withoutCompression } from "../storage/formats/compression";
import { INPUT_FORMAT_NAMES, OUTPUT_FORMAT_NAMES } from "../storage/formats";
import type { Compression, InputFormatName, OutputFormatName } from "../storage/formats";
import { READING_DEFAULTS } from "../storage/formats/input_format";
import type { StorageSettings } from "../storage/file_systems/settings";
import { DEFAULT_SPLIT_BYTES } from "../storage/sources";
import { ENVIRONMENT_TYPES, type EnvironmentType, type RunnerOptions } from "../runners/runner";
import { parseMaxFailures, type MaxFailures } from "../transforms/max_failures";

/** Options that every pipeline takes. */
export interface CommonOptions {
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
  model_qualified_name: string;
  load_model: ModelReference[];
  input: string[];
  input_format?: InputFormatName;
  columns?: string[];
  extra_fields: "allow" | "refuse";
  output: string;
  batch_size: number;
  max_record_bytes: number;
  split_bytes: number;
  s3_endpoint?: string;
  s3_region?: string;
  gcs_endpoint?: string;
  quiet: boolean;
}

export interface PredictOptions extends CommonOptions {
  output_format?: OutputFormatName;
  output_compression?: Compression | "none";
  num_shards?: number;
  join: "input" | "none";
  select?: string[];
  prediction_prefix: string;
  errors?: string;
  max_failures?: MaxFailures;
  summary: "text" | "json";
}

/** Adds the options that every pipeline takes. */
export function addCommonOptions(command: Command, defaultOutput: string): Command {
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
    )
    .option("--model_qualified_name <name>", "the model (see `models`)", "iris_model")
    .addOption(loadModelOption())
    .option(
      "--input <path...>",
      "files, folders or globs, here or in s3:// or gs://; - is standard input; repeatable",
      ["data/input.ldjson"],
    )
    .addOption(
      new Option("--input_format <name>", "the format of the input (default: by extension, jsonl otherwise)")
        .choices(INPUT_FORMAT_NAMES)
        .argParser(alias(INPUT_FORMAT_NAMES)),
    )
    .option("--columns <names>", "the columns of CSV or TSV without a header, as id,length,width", names)
    .addOption(
      new Option(
        "--extra_fields <what>",
        "allow: the model sees the fields of its schema, others pass through",
      )
        .choices(["allow", "refuse"])
        .default("refuse"),
    )
    .option(
      "--output <path>",
      "a file, a folder of shards (ending in /), or - for standard output",
      nonEmpty("It must be a path, or -."),
      defaultOutput,
    )
    .option(
      "--batch_size <n>",
      "most records that the model gets at once",
      positiveInteger,
      READING_DEFAULTS.batchSize,
    )
    .option(
      "--max_record_bytes <n>",
      "longer records are refused",
      positiveInteger,
      READING_DEFAULTS.maxRecordBytes,
    )
    .option(
      "--split_bytes <n>",
      "larger files are read in parts of about this size, where their format can be cut",
      positiveInteger,
      DEFAULT_SPLIT_BYTES,
    )
    .option("--s3_endpoint <url>", "a store that is compatible with S3 (or AWS_ENDPOINT_URL_S3)", url)
    .option("--s3_region <name>", "the region of S3 buckets (or AWS_REGION)")
    .option("--gcs_endpoint <url>", "another address of Google Cloud Storage (or STORAGE_EMULATOR_HOST)", url)
    .option("--quiet", "no progress and no summary", false);
}

/** Adds those of the prediction job. */
export function addPredictOptions(command: Command): Command {
  return addCommonOptions(command, "data/output.ldjson")
    .addOption(
      new Option(
        "--output_format <name>",
        "the format of the output (default: by extension, tsv-json otherwise)",
      )
        .choices(OUTPUT_FORMAT_NAMES)
        .argParser(alias(OUTPUT_FORMAT_NAMES)),
    )
    .addOption(
      new Option("--output_compression <name>", "of text formats (default: by extension)").choices([
        "none",
        "gzip",
        "zstd",
      ]),
    )
    .option(
      "--num_shards <n>",
      "how many files a folder has (default: as the runner writes them)",
      positiveInteger,
    )
    .addOption(
      new Option("--join <what>", "write predictions with their input, or alone")
        .choices(["input", "none"])
        .default("input"),
    )
    .option(
      "--select <fields>",
      "the fields of the record that are written, as id,name (default: all)",
      names,
    )
    .option(
      "--prediction_prefix <text>",
      "what the names of the prediction's fields begin with, in CSV, Parquet, Avro and jsonl-merged",
      "",
    )
    .option(
      "--errors <path>",
      "where failures go; - is standard error (default: beside the output)",
      nonEmpty("It must be a path, or -."),
    )
    .option(
      "--max_failures <n|p%>",
      "fail the job when more records fail than this (default: any may)",
      maxFailures,
    )
    .addOption(
      new Option("--summary <format>", "the closing counts").choices(["text", "json"]).default("text"),
    );
}

/** How the runner is set up, as the options say it. */
export function runnerOptions(options: CommonOptions): RunnerOptions {
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

/** Where S3 and GCS are, as the options say it. */
export function storageSettings({ s3_endpoint, s3_region, gcs_endpoint }: CommonOptions): StorageSettings {
  return { s3: { endpoint: s3_endpoint, region: s3_region }, gcs: { endpoint: gcs_endpoint } };
}

export function loadModelOption(): Option {
  return new Option(
    "--load_model <module:class>",
    "loads one more model, from a package or a path; repeatable",
  )
    .argParser((text: string, before: ModelReference[]) => [...before, modelReference(text)])
    .default([], "none");
}

/** Options may be written in kebab case: `--batch-size` is `--batch_size`. */
export function toSnakeCase(argv: readonly string[]): string[] {
  return argv.map((argument) => {
    const [, name, rest] = /^--([A-Za-z][\w-]*)(=.*)?$/s.exec(argument) ?? [];
    return name === undefined ? argument : `--${name.replaceAll("-", "_")}${rest ?? ""}`;
  });
}

/** Where failures go unless it is said: beside the output, `out.csv.gz` to `out.errors.ldjson`. */
export function errorsBeside(output: string): string {
  // Not with `path`: it would make `s3:/` of `s3://`.
  const [, folder, base] = /^(.*[/\\])?([^/\\]*)$/s.exec(withoutSlash(output))!;
  return `${folder ?? ""}${path.parse(withoutCompression(base)).name}.errors.ldjson`;
}

function nonEmpty(reason: string): (text: string) => string {
  return (text) => {
    if (text === "") throw new InvalidArgumentError(reason);
    return text;
  };
}

/** Other names of formats that people know. */
const ALIASES: Readonly<Record<string, string>> = { ldjson: "jsonl", ndjson: "jsonl" };

function alias(choices: readonly string[]): (text: string) => string {
  return (text) => {
    const name = ALIASES[text] ?? text;
    if (!choices.includes(name)) throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
    return name;
  };
}

function names(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  if (list.includes("")) throw new InvalidArgumentError("It must be names with commas between them.");
  if (twice !== undefined) throw new InvalidArgumentError(`'${twice}' is there twice.`);
  return list;
}

function url(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text))
    throw new InvalidArgumentError("It must be an address, as http://HOST:PORT.");
  return text.replace(/\/$/, "");
}

function endpoint(text: string): string {
  if (!/^[^\s/]+:\d+$/.test(text)) throw new InvalidArgumentError("It must be HOST:PORT.");
  return text;
}

function jarName(text: string): string {
  if (!text.endsWith(".jar")) throw new InvalidArgumentError("It must end in .jar.");
  return text;
}

function sparkMaster(text: string): string {
  if (!/^spark:\/\/[^\s/]+:\d+$/.test(text)) throw new InvalidArgumentError("It must be spark://HOST:PORT.");
  return text;
}

function positiveInteger(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes with a unit: `512MB`, `1.5 GiB`, `4g`; of 1024, as memory is counted. */
function byteSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It must be a size, as 512MB or 4GB.");
  return Math.floor(Number(number) * UNITS[unit.toUpperCase()]);
}

function maxFailures(text: string): MaxFailures {
  const limit = parseMaxFailures(text);
  if (limit === undefined)
    throw new InvalidArgumentError("It must be a number of lines, or a percentage as 5%.");
  return limit;
}

function modelReference(text: string): ModelReference {
  const colon = text.lastIndexOf(":");
  if (colon < 1 || colon === text.length - 1) {
    throw new InvalidArgumentError(
      "It must be a module and a class, as my-models:ChurnModel or ./churn.js:ChurnModel.",
    );
  }
  return { moduleName: text.slice(0, colon), className: text.slice(colon + 1) };
}
