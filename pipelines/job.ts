// What every job of the command line shares: its inputs, its outputs until they are in place, progress, cancelling.
import { createRunner, type PipelineBuilder, type Metrics, type PipelineRunner } from "../runners";
import { listFiles, newJobId, StagedOutput } from "../storage";
import type { Destination } from "./destination";
import { loadModels } from "./load_models";
import type { CommonOptions } from "./options";
import { refuseOverwriting } from "./overwriting";
import { Progress } from "./progress";

/**
 * Runs a job from its options to its outputs in place.
 * @param pipeline builds it, for a job of that name
 * @throws UnknownRunnerError, ModelNotFoundError, NoSuchFileError, UsageError before anything runs, and then what made
 * the job fail
 */
export async function runJob(
  options: CommonOptions,
  outputs: readonly Destination[],
  pipeline: (jobId: string) => PipelineBuilder,
): Promise<{ metrics: Metrics; seconds: number }> {
  const runner = createRunner(options.runner);
  (await loadModels(options.load_model)).getModel(options.model_qualified_name);
  const job = await Job.prepare({ input: options.input, outputs, quiet: options.quiet });
  return job.run(runner, pipeline(job.id));
}

interface JobOptions {
  /** Paths, folders and globs. */
  input: readonly string[];
  /** The outputs; the last one is the main one. */
  outputs: readonly Destination[];
  quiet: boolean;
}

class Job {
  readonly id = newJobId();
  private readonly staged: StagedOutput[];

  private constructor(
    private readonly options: JobOptions,
    private readonly totalBytes: number,
  ) {
    this.staged = options.outputs.map(({ path: target }) => new StagedOutput(target, this.id));
  }

  /**
   * Looks at the inputs and outputs before anything runs.
   * @throws NoSuchFileError, UsageError
   */
  static async prepare(options: JobOptions): Promise<Job> {
    const files = (await Promise.all(options.input.map((pattern) => listFiles(pattern)))).flat();
    await refuseOverwriting(files, options.outputs);
    const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
    return new Job(options, totalBytes);
  }

  /** Runs the pipeline; the outputs are in place when it resolves, and as they were when it rejects. */
  async run(
    runner: PipelineRunner,
    pipeline: PipelineBuilder,
  ): Promise<{ metrics: Metrics; seconds: number }> {
    for (const output of this.staged) await output.removeStale();
    const progress = this.options.quiet ? undefined : new Progress(this.totalBytes);
    const started = performance.now();
    const stopWatching = this.cancelOnSignals(progress);
    try {
      const metrics = await runner.run(pipeline, { onMetrics: progress?.update });
      const seconds = (performance.now() - started) / 1000;
      progress?.stop();
      for (const output of this.options.outputs) await output.deliver();
      return { metrics, seconds };
    } finally {
      progress?.stop();
      stopWatching();
      this.discard();
    }
  }

  /** Removes what was written aside. */
  private discard(): void {
    for (const output of this.staged) output.discard();
    for (const output of this.options.outputs) output.discard();
  }

  /** Removes it for a moment again and again: a call that was under way may still make a folder or a file. */
  private discardForGood(): void {
    for (let attempts = 0; attempts < 10; attempts++) {
      try {
        this.discard();
      } catch {
        // The next attempt removes it, or the next job.
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }

  /** On Ctrl-C and the like: cleans up and ends the process, as the signal would have. */
  private cancelOnSignals(progress: Progress | undefined): () => void {
    const cancel = (signal: NodeJS.Signals, number: number): void => {
      progress?.stop();
      this.discardForGood();
      process.stderr.write(`Cancelled by ${signal}. No half output was left.\n`);
      process.exit(128 + number);
    };
    const listeners = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
    const watched = Object.entries(listeners).map(([signal, number]) => {
      const listener = (): void => cancel(signal as NodeJS.Signals, number);
      process.once(signal, listener);
      return () => process.removeListener(signal, listener);
    });
    return () => watched.forEach((stop) => stop());
  }
}
