// What every job of the command line shares: its inputs, its outputs until they are in place, progress, cancelling.
import type { MLModel } from "../models";
import { createRunner, type PipelineBuilder, type Metrics, type PipelineRunner } from "../runners";
import {
  fileSystemOf,
  newJobId,
  schemeOf,
  STANDARD_INPUT,
  type FileInfo,
  type StagedOutput,
} from "../storage";
import { storageSettings, type CommonOptions } from "./options";
import { runnerOptions } from "./runner_options";
import type { Destination } from "./destination";
import { loadModels } from "./load_models";
import { refuseOverwriting } from "./overwriting";
import { UsageError } from "./errors";
import { Progress } from "./progress";
import { refuseIdleColumns } from "./reading";
import { StandardInput } from "./standard_input";
import { isPipeOrDevice } from "./streams";

/** What a pipeline is built for. */
export interface JobContext {
  jobId: string;
  model: MLModel;
  /** The file that will hold what came from standard input. */
  standardInput?: string;
}

/**
 * Runs a job from its options to its outputs in place.
 * @param outputs the last one is the main one
 * @param pipeline builds it; what it refuses is refused before anything runs
 * @throws UnknownRunnerError, RunnerOptionError, ModelNotFoundError, FormatError, NoSuchFileError, UsageError before anything runs, and
 * then what made the job fail
 */
export async function runJob(
  options: CommonOptions,
  outputs: readonly Destination[],
  pipeline: (context: JobContext) => PipelineBuilder,
): Promise<{ metrics: Metrics; seconds: number }> {
  const runner = createRunner(options.runner, runnerOptions(options));
  const model = (await loadModels(options.load_model)).getModel(options.model_qualified_name);
  const job = new Job(options, outputs);
  return job.run(runner, pipeline({ jobId: job.id, model, standardInput: job.standardInput?.path }));
}

/** How long a cancelled job may take to stop, and then to remove what it has in other places. */
const FAREWELL_MS = 10_000;

class Job {
  readonly id = newJobId();
  readonly standardInput: StandardInput | undefined;
  private readonly staged: StagedOutput[];
  private progress: Progress | undefined;
  private isStarted = false;
  private isCancelled = false;
  private readonly cancelling = new AbortController();
  /** Resolves when nothing of the pipeline runs any more. */
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: CommonOptions,
    private readonly outputs: readonly Destination[],
  ) {
    const storage = storageSettings(options);
    this.standardInput = options.input.includes(STANDARD_INPUT) ? new StandardInput() : undefined;
    this.staged = outputs.map(({ path }) => fileSystemOf(path, storage).stage(path, this.id));
  }

  /** Runs the pipeline; the outputs are in place when it resolves, and as they were when it rejects. */
  async run(
    runner: PipelineRunner,
    pipeline: PipelineBuilder,
  ): Promise<{ metrics: Metrics; seconds: number }> {
    const stopWatching = this.cancelOnSignals();
    try {
      const files = await this.listInputs();
      refuseIdleColumns(this.options, files);
      await refuseOverwriting(files, this.outputs, storageSettings(this.options));
      this.isStarted = true;
      for (const output of this.staged) await output.removeStale();
      // Not before all else is known to be right: it may be long.
      const kept = (await this.standardInput?.keep(process.stdin)) ?? 0;
      if (!this.options.quiet)
        this.progress = new Progress(files.reduce((sum, { size }) => sum + size, kept));
      const started = performance.now();
      const { signal } = this.cancelling;
      const onMetrics = this.progress?.update;
      // What a job waits for is no progress: it is said when that is not wanted, too.
      const onNotice = this.progress?.say ?? ((text: string) => void process.stderr.write(`${text}\n`));
      const running = runner.run(pipeline, { onMetrics, onNotice, signal });
      this.running = running.catch(() => undefined);
      const metrics = await running;
      const seconds = (performance.now() - started) / 1000;
      this.progress?.stop();
      for (const output of this.outputs) await output.deliver();
      return { metrics, seconds };
    } finally {
      // A cancelled job fails because of it; the process is about to end, and says why.
      if (this.isCancelled) await new Promise(() => undefined);
      this.progress?.stop();
      stopWatching();
      // What made the job fail is what there is to tell; what stays behind the next job removes.
      await this.discard().catch(() => undefined);
    }
  }

  /** The files that the job reads besides standard input, so that a missing one is known before anything runs. */
  private async listInputs(): Promise<FileInfo[]> {
    const files: FileInfo[] = [];
    for (const pattern of this.options.input) {
      if (pattern === STANDARD_INPUT) continue;
      if (isPipeOrDevice(pattern)) {
        throw new UsageError(
          `The input '${pattern}' is a pipe or a device, not a file. Give it as standard input: --input -.`,
        );
      }
      const found = fileSystemOf(pattern, storageSettings(this.options)).list(pattern);
      for await (const file of found) files.push(file);
    }
    return files;
  }

  /** Removes what was written aside. */
  private async discard(): Promise<void> {
    this.discardTemporary();
    if (this.isStarted) await Promise.all(this.staged.map((output) => output.discard()));
  }

  private discardTemporary(): void {
    this.standardInput?.discard();
    for (const output of this.outputs) output.discard();
  }

  /** On Ctrl-C and the like: cleans up and ends the process, as the signal would have. */
  private cancelOnSignals(): () => void {
    const cancel = async (signal: NodeJS.Signals, number: number): Promise<void> => {
      this.isCancelled = true;
      this.progress?.stop();
      // Whatever still runs could write again what is removed here.
      this.cancelling.abort(new Error(`Cancelled by ${signal}.`));
      await Promise.race([this.running, farewell()]);
      await this.discardElsewhere();
      this.discardHere();
      process.stderr.write(`Cancelled by ${signal}. No half output was left.\n`);
      process.exit(128 + number);
    };
    const listeners = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
    const watched = Object.entries(listeners).map(([signal, number]) => {
      const listener = (): void => void cancel(signal as NodeJS.Signals, number);
      process.once(signal, listener);
      return () => process.removeListener(signal, listener);
    });
    return () => watched.forEach((stop) => stop());
  }

  /** Removes what is in stores, as far as that goes in a while. A second signal ends the process at once. */
  private async discardElsewhere(): Promise<void> {
    const elsewhere = this.staged.filter(({ target }) => schemeOf(target) !== undefined);
    if (elsewhere.length === 0) return;
    await Promise.race([farewell(), Promise.allSettled(elsewhere.map((output) => output.discard()))]);
  }

  /** Removes what is here for a moment again and again: a call that was under way may still make a folder or a file. */
  private discardHere(): void {
    const here = this.staged.filter(({ target }) => schemeOf(target) === undefined);
    for (let attempts = 0; attempts < 10; attempts++) {
      try {
        this.discardTemporary();
        // What a local output removes it removes at once.
        for (const output of here) output.discard().catch(() => undefined);
      } catch {
        // The next attempt removes it, or the next job.
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function farewell(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
}
