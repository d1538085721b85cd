// What every job of the command line shares: its inputs, its outputs until they are in place, progress, cancelling.
import { rmSync } from "node:fs";
import path from "node:path";
import type { PipelineBuilder, Metrics, PipelineRunner } from "../runners";
import { listFiles, newJobId, StagedOutput } from "../storage";
import type { Destination } from "./destination";
import { UsageError } from "./errors";
import { Progress } from "./progress";

export interface JobOptions {
  /** Paths, folders and globs. */
  input: readonly string[];
  /** Outputs by the stream that `-` stands for; the last one is the main one. */
  outputs: readonly Destination[];
  quiet: boolean;
}

/** A job from its options to its outputs in place. */
export class Job {
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
    const inputs = new Set(files.map((file) => path.resolve(file.path)));
    const outputs = new Set<string>();
    for (const { name, path: target } of options.outputs) {
      const resolved = path.resolve(target);
      if (inputs.has(resolved)) {
        throw new UsageError(
          `The output '${name}' is also an input, which it would overwrite. Choose another name.`,
        );
      }
      if (outputs.has(resolved))
        throw new UsageError(`'${name}' is named for two outputs. Give them two names.`);
      outputs.add(resolved);
    }
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
    for (const { folder } of this.staged) rmSync(folder, { recursive: true, force: true });
    for (const output of this.options.outputs) output.discard();
  }

  /** On Ctrl-C and the like: cleans up and ends the process, as the signal would have. */
  private cancelOnSignals(progress: Progress | undefined): () => void {
    const cancel = (signal: NodeJS.Signals, number: number): void => {
      progress?.stop();
      this.discard();
      process.stderr.write(`Cancelled by ${signal}. The output was left as it was.\n`);
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
