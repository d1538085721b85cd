// The options of the pipelines: their names, their defaults, and what they are for.
import { Option, type Command } from "commander";
import path from "node:path";
import type { ModelReference } from "../models/configuration";
import { withoutSlash } from "../storage/file_systems/folder_name";
import { withoutCompression } from "../storage/formats/compression";
import { INPUT_FORMAT_NAMES, OUTPUT_FORMAT_NAMES } from "../storage/formats";
import type { Compression, InputFormatName, OutputFormatName } from "../storage/formats";
import { READING_DEFAULTS } from "../storage/formats/input_format";
import type { StorageSettings } from "../storage/file_systems/settings";
import { DEFAULT_SPLIT_BYTES } from "../storage/sources";
import type { MaxFailures } from "../transforms/max_failures";
import { alias, maxFailures, modelReference, names, nonEmpty, positiveInteger, url } from "./option_values";
import { addRunnerOptions, type RunnerOptionValues } from "./runner_options";

/** Options that every pipeline takes. */
export interface CommonOptions extends RunnerOptionValues {
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
  return addRunnerOptions(command)
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
