// The executable of a worker process. Runners start it (PROCESS environments), and the pool does (EXTERNAL):
//   node boot.js --id=ID --control_endpoint=HOST:PORT [--logging_endpoint= --provision_endpoint= --artifact_endpoint=]
// Without arguments it gets them in a message from the pool, and may be told before what it will need.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { STEADY } from "./data/message_size";
import { describeFailure, LostRunnerError, WorkerError } from "./errors";
import { readJobOptions, type JobOptions } from "./job_options";
import { captureConsole } from "./logging/console_capture";
import { Severity } from "./logging/log_channel";
import { reportProgress } from "./progress_reports";
import { getProvisionInfo } from "./provision";
import { loadModules, registeredModules } from "./registered_modules";
import { Worker } from "./worker";

/** What a runner says on the command line. */
export interface BootOptions {
  readonly id: string;
  readonly controlEndpoint: string | undefined;
  readonly loggingEndpoint: string | undefined;
  readonly provisionEndpoint: string | undefined;
}

/** What a pool says to a process that waits: modules that it will need, or its command line, which ends the wait. */
export type ToWaiting = { readonly modules: readonly string[] } | { readonly args: readonly string[] };

/**
 * Reads the command line. Options that are not known are left to others: Beam adds some from release to release.
 * @throws WorkerError when the worker's id is missing
 */
export function parseCommandLine(args: readonly string[]): BootOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { id: text, control_endpoint: text, logging_endpoint: text, provision_endpoint: text },
    strict: false,
  });
  const given = (name: string): string | undefined =>
    typeof values[name] === "string" && values[name] !== "" ? values[name] : undefined;
  const id = given("id");
  if (id === undefined) throw new WorkerError("A worker process needs --id and --control_endpoint.");
  return {
    id,
    controlEndpoint: given("control_endpoint"),
    loggingEndpoint: given("logging_endpoint"),
    provisionEndpoint: given("provision_endpoint"),
  };
}

/** Is a worker until the runner has gone. */
export async function boot(args: readonly string[]): Promise<void> {
  const { id, provisionEndpoint, ...given } = parseCommandLine(args);
  const info = provisionEndpoint === undefined ? undefined : await getProvisionInfo(provisionEndpoint, id);
  const controlEndpoint = info?.controlEndpoint?.url ?? given.controlEndpoint;
  if (controlEndpoint === undefined)
    throw new WorkerError("A worker process needs --id and --control_endpoint.");
  const loggingEndpoint = info?.loggingEndpoint?.url ?? given.loggingEndpoint;
  const options = readJobOptions(info?.pipelineOptions);
  const messageSize = options.passes_on_outputs === true ? STEADY : undefined;
  const worker = new Worker({ id, controlEndpoint, loggingEndpoint, messageSize });
  const restoreConsole = captureConsole(worker.log);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => worker.stop());
  // The pool that started this process has gone.
  process.once("disconnect", () => worker.stop());
  try {
    enterJob(options, () => worker.stopWhenIdle());
    loadModules(registeredModules(info?.pipelineOptions));
    await worker.run();
  } catch (error) {
    worker.log.log(Severity.CRITICAL, `Worker ${id} failed.`, { error });
    await worker.log.close();
    throw error;
  } finally {
    restoreConsole();
  }
}

/** Makes this process one of the job's: its folder, and where it tells its progress and hears that the job is over. */
function enterJob(options: JobOptions, onOver: () => void): void {
  const { worker_folder: folder, progress_endpoint, progress_greeting } = options;
  // On another machine there may be no such folder; then there are no paths relative to it either.
  if (typeof folder === "string" && existsSync(folder)) process.chdir(folder);
  if (typeof progress_endpoint === "string" && typeof progress_greeting === "string")
    reportProgress(progress_endpoint, progress_greeting, onOver);
}

/** The command line that the pool sends; never, when the pool ends without one. */
function toldByPool(): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const leave = (): never => process.exit(0);
    process.once("disconnect", leave);
    process.on("message", function hear(message: ToWaiting) {
      if ("modules" in message) return preload(message.modules);
      process.off("disconnect", leave);
      process.off("message", hear);
      resolve(message.args);
    });
  });
}

/** Loads modules that the job will ask for; what can't be loaded is told then. */
function preload(modules: readonly string[]): void {
  try {
    loadModules(modules);
  } catch {
    // The folder may be another one then.
  }
}

if (require.main === module) {
  const fail = (error: unknown): void => {
    // A pool prints it, for each worker of a job on engines that do not say goodbye.
    const text = error instanceof LostRunnerError ? error.message : describeFailure(error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  };
  process.once("uncaughtException", fail);
  const args = process.argv.slice(2);
  const isWaiting = args.length === 0 && process.connected;
  Promise.resolve(isWaiting ? toldByPool() : args)
    .then(boot)
    .then(() => process.exit(0), fail);
}
