// What every job of the command line shares: its inputs, its outputs until they are in place, progress, cancelling.
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { PipelineBuilder, Metrics, PipelineRunner } from "../runners";
import { listFiles, newJobId, StagedOutput, type FileInfo } from "../storage";
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

/** Refuses outputs that would take the place of an input, of each other or of a folder. */
async function refuseOverwriting(
  files: readonly FileInfo[],
  destinations: readonly Destination[],
): Promise<void> {
  const inputs = await Promise.all(files.map((file) => realPath(file.path)));
  const outputs: { name: string; isFolder: boolean; real: string }[] = [];
  for (const { name, path: target, isFolder } of destinations) {
    const output = { name, isFolder, real: await realPath(target) };
    if (inputs.some((input) => isReplaced(input, output))) {
      throw new UsageError(
        `The output '${name}' is also an input, which it would overwrite. Choose another name.`,
      );
    }
    const other = outputs.find((one) => isReplaced(one.real, output) || isReplaced(output.real, one));
    if (other) {
      throw new UsageError(
        `The outputs '${other.name}' and '${name}' would overwrite each other. Give them two names.`,
      );
    }
    if (!isFolder && (await stat(target).catch(() => undefined))?.isDirectory()) {
      throw new UsageError(
        `The output '${name}' is a folder. Name a file in it, or end it in / to replace it by shards.`,
      );
    }
    outputs.push(output);
  }
}

/** Whether an output takes the place of a file: one of its name, or in the folder that it replaces. */
function isReplaced(file: string, output: { isFolder: boolean; real: string }): boolean {
  return file === output.real || (output.isFolder && file.startsWith(output.real + path.sep));
}

/** The path of a file without links, by which it can be told from others. */
async function realPath(name: string): Promise<string> {
  return realpath(name).catch(() => path.resolve(name));
}
