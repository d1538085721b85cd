// The command line: its commands, and what each of them runs.
import { Command, CommanderError } from "commander";
import { describeError, EXIT_USAGE, UsageError } from "./errors";
import { addCommonOptions, addPredictOptions, errorsBeside, loadModelOption, toSnakeCase } from "./options";
import type { CommonOptions, PredictOptions } from "./options";
import type { ModelReference } from "../models/configuration";

const { version } = require("../../package.json") as { version: string };

/**
 * Runs the command line.
 * @param argv its arguments, without node and the script
 * @returns the exit status: 0, 1 for a failed job, 2 for a wrong call
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(toSnakeCase(argv), { from: "user" });
    return 0;
  } catch (error) {
    // Commander has printed its own already; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const { message, status } = describeError(error);
    process.stderr.write(`${message}\n`);
    return status;
  }
}

function program(): Command {
  const command = new Command("beam-predict")
    .description("Runs machine-learning models over data sets of any size, on Apache Beam.")
    .version(version)
    .exitOverride()
    .addHelpText("after", "\nOptions may also be written in kebab case: --batch-size.");
  addPredictOptions(command.command("predict", { isDefault: true }))
    .description("predict each record, keep distinct ones, write them (the default)")
    .argument("[pipeline]", "")
    .action(async (unknown: string | undefined, options: PredictOptions) => {
      if (unknown !== undefined) {
        const names = command.commands.map((sub) => sub.name()).join(", ");
        throw new UsageError(`Unknown command '${unknown}'. The commands are: ${names}.`);
      }
      await predict(options);
    });
  addCommonOptions(command.command("species_counts"), "-")
    .description("count the records of each predicted species")
    .allowExcessArguments(false)
    .action(speciesCounts);
  command
    .command("models")
    .description("list the models, or show one with its schemas")
    .argument("[name]", "the qualified name of a model")
    .addOption(loadModelOption())
    .allowExcessArguments(false)
    .action(async (name: string | undefined, { load_model }: { load_model: ModelReference[] }) => {
      const { describeModels } = require("./models_command") as typeof import("./models_command");
      process.stdout.write(`${await describeModels(name, load_model)}\n`);
    });
  // Set by hand: subcommands do not inherit it.
  for (const sub of command.commands) sub.exitOverride();
  return command;
}

/** Everything that runs a job is loaded here, so that `--help` and a wrong option answer at once. */
function jobModules() {
  return {
    ...(require("./models_command") as typeof import("./models_command")),
    ...(require("./job") as typeof import("./job")),
    ...(require("./destination") as typeof import("./destination")),
    ...(require("../runners") as typeof import("../runners")),
  };
}

async function predict(options: PredictOptions): Promise<void> {
  const { createRunner, Destination, Job, loadModels } = jobModules();
  const { predictionPipeline } = require("./prediction_job") as typeof import("./prediction_job");
  const { summarize, summaryText } = require("./summary") as typeof import("./summary");
  const { countsFromMetrics } =
    require("../transforms/job_counts") as typeof import("../transforms/job_counts");

  const model = options.model_qualified_name;
  (await loadModels(options.load_model)).getModel(model);
  const runner = createRunner(options.runner);
  const output = new Destination(options.output, process.stdout);
  const errors = new Destination(options.errors ?? errorsBeside(options.output), process.stderr);
  const job = await Job.prepare({ input: options.input, outputs: [errors, output], quiet: options.quiet });
  const { metrics, seconds } = await job.run(
    runner,
    predictionPipeline({
      model,
      input: options.input,
      output: output.path,
      errors: errors.path,
      maxFailures: options.max_failures,
      batchSize: options.batch_size,
      maxRecordBytes: options.max_record_bytes,
      jobId: job.id,
    }),
  );
  const names = { model, runner: options.runner, output: output.name, errors: errors.name };
  const summary = summarize(countsFromMetrics(metrics), names, seconds);
  if (options.summary === "json") {
    // Standard output is the records' when it is the output.
    const stream = output.name === "-" ? process.stderr : process.stdout;
    stream.write(`${JSON.stringify(summary)}\n`);
  } else if (!options.quiet) {
    process.stderr.write(`${summaryText(summary)}\n`);
  }
}

async function speciesCounts(options: CommonOptions): Promise<void> {
  const { createRunner, Destination, Job, loadModels } = jobModules();
  const { speciesCountsPipeline } = require("./species_counts") as typeof import("./species_counts");

  const model = options.model_qualified_name;
  (await loadModels(options.load_model)).getModel(model);
  const runner = createRunner(options.runner);
  const output = new Destination(options.output, process.stdout);
  const job = await Job.prepare({ input: options.input, outputs: [output], quiet: options.quiet });
  await job.run(
    runner,
    speciesCountsPipeline({
      model,
      input: options.input,
      output: output.path,
      batchSize: options.batch_size,
      maxRecordBytes: options.max_record_bytes,
      jobId: job.id,
    }),
  );
}
