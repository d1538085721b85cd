// The options of the command line: their names, defaults and checks.
import { InvalidArgumentError, Option, type Command } from "commander";
import path from "node:path";
import type { ModelReference } from "../models/configuration";
import { withoutSlash } from "../storage/folder_name";
import { JSON_LINES_DEFAULTS } from "../storage/json_lines";
import { parseMaxFailures, type MaxFailures } from "../transforms/max_failures";
import { STANDARD_STREAM } from "./destination";

/** Options that every pipeline takes. */
export interface CommonOptions {
  runner: string;
  model_qualified_name: string;
  load_model: ModelReference[];
  input: string[];
  output: string;
  batch_size: number;
  max_record_bytes: number;
  quiet: boolean;
}

export interface PredictOptions extends CommonOptions {
  errors?: string;
  max_failures?: MaxFailures;
  summary: "text" | "json";
}

/** Adds the options that every pipeline takes. */
export function addCommonOptions(command: Command, defaultOutput: string): Command {
  return command
    .option("--runner <name>", "where the pipeline runs", "direct")
    .option("--model_qualified_name <name>", "the model (see `models`)", "iris_model")
    .addOption(loadModelOption())
    .option("--input <path...>", "files, folders or globs of line-delimited JSON; repeatable", [
      "data/input.ldjson",
    ])
    .option(
      "--output <path>",
      "a file, a folder of shards (ending in /), or - for standard output",
      outputPath,
      defaultOutput,
    )
    .option(
      "--batch_size <n>",
      "most records that the model gets at once",
      positiveInteger,
      JSON_LINES_DEFAULTS.batchSize,
    )
    .option(
      "--max_record_bytes <n>",
      "longer lines are refused",
      positiveInteger,
      JSON_LINES_DEFAULTS.maxRecordBytes,
    )
    .option("--quiet", "no progress and no summary", false);
}

/** Adds those of the prediction job. */
export function addPredictOptions(command: Command): Command {
  return addCommonOptions(command, "data/output.ldjson")
    .option(
      "--errors <path>",
      "where failures go; - is standard error (default: beside the output)",
      outputPath,
    )
    .option(
      "--max_failures <n|p%>",
      "fail the job when more lines fail than this (default: any may)",
      maxFailures,
    )
    .addOption(
      new Option("--summary <format>", "the closing counts").choices(["text", "json"]).default("text"),
    );
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

/** Where failures go unless it is said: beside the output, `out.ldjson` to `out.errors.ldjson`. */
export function errorsBeside(output: string): string {
  if (output === STANDARD_STREAM) return STANDARD_STREAM;
  const { dir, name } = path.parse(withoutSlash(output));
  return path.join(dir, `${name}.errors.ldjson`);
}

function outputPath(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must be a path, or -.");
  return text;
}

function positiveInteger(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
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
