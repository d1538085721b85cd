// A job that is written into a jar instead of being run: what has to be known and checked without its files.
import path from "node:path";
import picomatch from "picomatch";
import { writeJobJar } from "../runners";
import type { PipelineBuilder } from "../runners";
import { isFolderName, newRepeatedJobId, schemeOf, STANDARD_INPUT, withoutSlash } from "../storage";
import { cancellable } from "./cancellable";
import type { Destination } from "./destination";
import { UsageError } from "./errors";
import type { JobContext } from "./job";
import { loadModels } from "./load_models";
import type { CommonOptions } from "./options";
import { runnerOptions } from "./runner_options";
import { requirePlace } from "./places";
import { isPipeOrDevice } from "./streams";

/**
 * The options of a job as they hold on any machine: a path without a scheme is from the root.
 * @throws UsageError for standard streams, pipes and devices, which are of this process and this machine
 */
export function onCluster<Options extends CommonOptions & { errors?: string }>(options: Options): Options {
  const { input, output, errors, s3_endpoint, gcs_endpoint } = options;
  for (const endpoint of [s3_endpoint, gcs_endpoint]) {
    if (endpoint !== undefined && new URL(endpoint).password !== "") {
      throw new UsageError(
        "The password in an endpoint would stand in the jar for all to read. Leave it out.",
      );
    }
  }
  return {
    ...options,
    input: input.map((name) => fromRoot(name, "--input")),
    output: fromRoot(output, "--output"),
    ...(errors !== undefined && { errors: fromRoot(errors, "--errors") }),
  };
}

/**
 * Writes the jar of a job, and says how to submit it.
 * @param options as `onCluster` gives them
 * @param outputs the last one is the main one
 * @throws UsageError, RunnerOptionError and others before anything is written
 */
export async function writeJar(
  options: CommonOptions,
  outputs: readonly Destination[],
  pipeline: (context: JobContext) => PipelineBuilder,
): Promise<void> {
  const jar = options.job_jar!;
  requirePlace(jar, "--job_jar");
  for (const { path } of outputs) refuseOverlap(path, options.input);
  const model = (await loadModels(options.load_model)).getModel(options.model_qualified_name);
  const builder = pipeline({ jobId: newRepeatedJobId(), model });
  const command = await cancellable((signal) =>
    writeJobJar(options.runner, runnerOptions(options), builder, jar, signal),
  );
  if (!options.quiet) process.stderr.write(notes(options, outputs));
  process.stdout.write(`${command}\n`);
}

function fromRoot(name: string, option: string): string {
  if (name === STANDARD_INPUT || isPipeOrDevice(name)) {
    throw new UsageError(
      `A job jar has no standard streams, pipes or devices, as '${name}' (${option}): name files that all nodes see.`,
    );
  }
  if (schemeOf(name) !== undefined) return name;
  // The slash that makes a folder of it stays.
  return `${path.resolve(name)}${isFolderName(name) && path.resolve(name) !== "/" ? "/" : ""}`;
}

/**
 * Refuses an output that an input reads too, or will when the job is run again.
 * @throws UsageError
 */
function refuseOverlap(output: string, inputs: readonly string[]): void {
  const names = isFolderName(output) ? partsOf(output, inputs) : [output];
  const input = inputs.find(
    (pattern) =>
      names.some((name) => reads(pattern, name)) || (isFolderName(output) && pattern.startsWith(output)),
  );
  if (input === undefined) return;
  throw new UsageError(
    `The output '${output}' is also an input of '${input}', which it would overwrite. Choose another name.`,
  );
}

/** Names of parts of a folder, with each extension that an input asks for. */
function partsOf(folder: string, inputs: readonly string[]): string[] {
  const extensions = new Set([".ldjson", ...inputs.map((input) => path.posix.extname(input))]);
  return [...extensions].map((extension) => `${folder}part-00000-of-00001${extension}`);
}

/** Whether an input reads a file: by its name, in a folder, or by a pattern. */
function reads(input: string, file: string): boolean {
  const name = withoutSlash(input);
  return name === withoutSlash(file) || path.posix.dirname(file) === name || picomatch.isMatch(file, input);
}

function notes(options: CommonOptions, outputs: readonly Destination[]): string {
  const local = [...options.input, ...outputs.map(({ path }) => path)].filter(
    (name) => schemeOf(name) === undefined,
  );
  const lines = [
    `${options.job_jar} is written; nothing has run. Submit it, as often as you like, by the command below.`,
  ];
  if (local.length > 0) {
    lines.push(`All nodes must see these paths, and what is in them must be the same: ${local.join(", ")}`);
  }
  if ((options.environment_type ?? "PROCESS") === "PROCESS") {
    lines.push("Each node needs the worker where the job looks for it (see worker_bundle --help).");
  }
  return lines.map((line) => `${line}\n`).join("");
}
