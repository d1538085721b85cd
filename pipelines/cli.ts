// The command line: its commands, and what each of them runs.
import { Command, CommanderError } from "commander";
import { describeError, EXIT_USAGE, UsageError } from "./errors";
import { addCommonOptions, addPredictOptions, loadModelOption, toSnakeCase } from "./options";
import { addWorkerBundleOptions } from "./worker_bundle_options";
import type { WorkerBundleCommandOptions } from "./commands/worker_bundle";
import { addWorkerPoolOptions } from "./worker_pool_options";
import type { WorkerPoolCommandOptions } from "./commands/worker_pool";
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

/** Starts a worker while the rest of this program is loaded, which takes a third of a second. */
function startEarly({ runner }: CommonOptions): void {
  if (runner !== "direct") return;
  const { startEarlyWorker } =
    require("../runners/direct/early_worker") as typeof import("../runners/direct/early_worker");
  startEarlyWorker(["../transforms", "../models/onnx_runtime"].map((name) => require.resolve(name)));
}

const HELP = `
Examples:
  beam-predict --input 'in/*.ldjson' --output out.ldjson         predict with the default model
  beam-predict --model_qualified_name digits_model --output -    predict with another, to standard output
  beam-predict predict --help                                    the options of a command

Options may also be written in kebab case: --batch-size.`;

function program(): Command {
  const command = new Command("beam-predict")
    .description("Runs machine-learning models over data sets of any size, on Apache Beam.")
    .version(version)
    .exitOverride()
    .addHelpText("after", HELP);
  // What a command runs is loaded when it runs, so that `--help` and a wrong option answer at once.
  addPredictOptions(command.command("predict", { isDefault: true }))
    .description("predict each record, keep distinct ones, write them (the default)")
    .allowExcessArguments(true)
    .action((options: PredictOptions, { args: [unknown] }: Command) => {
      if (unknown !== undefined) {
        const names = command.commands.map((sub) => sub.name()).join(", ");
        throw new UsageError(`Unknown command '${unknown}'. The commands are: ${names}.`);
      }
      startEarly(options);
      return (require("./commands/predict") as typeof import("./commands/predict")).run(options);
    });
  addCommonOptions(command.command("species_counts").alias("species-counts"), "-")
    .description("count the records of each predicted species")
    .allowExcessArguments(false)
    .action((options: CommonOptions) => {
      startEarly(options);
      return (require("./commands/species_counts") as typeof import("./commands/species_counts")).run(
        options,
      );
    });
  addWorkerPoolOptions(command.command("worker_pool").alias("worker-pool"))
    .description("start worker processes when an engine asks for them (--environment_type EXTERNAL)")
    .allowExcessArguments(false)
    .action((options: WorkerPoolCommandOptions) =>
      (require("./commands/worker_pool") as typeof import("./commands/worker_pool")).run(options),
    );
  command
    .command("models")
    .description("list the models, or show one with its schemas")
    .argument("[name]", "the qualified name of a model")
    .addOption(loadModelOption())
    .allowExcessArguments(false)
    .action((name: string | undefined, options: { load_model: ModelReference[] }) =>
      (require("./commands/models") as typeof import("./commands/models")).run(name, options),
    );
  addWorkerBundleOptions(command.command("worker_bundle").alias("worker-bundle"))
    .description("pack the application for the nodes of a cluster: one archive that holds a worker")
    .allowExcessArguments(false)
    .action((options: WorkerBundleCommandOptions) =>
      (require("./commands/worker_bundle") as typeof import("./commands/worker_bundle")).run(options),
    );
  // Set by hand: subcommands do not inherit it.
  for (const sub of command.commands) sub.exitOverride();
  return command;
}
