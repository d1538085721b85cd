// The command `worker_bundle`: one archive with all that a node needs to be a worker.
import path from "node:path";
import type { ModelReference } from "../../models";
import { writeWorkerBundle, type BundleProgress, type Platform } from "../../runners/worker_bundle";
import { cancellable } from "../cancellable";
import { loadModels } from "../load_models";
import { requirePlace } from "../places";

export interface WorkerBundleCommandOptions {
  output: string;
  platform: Platform;
  with_node: boolean;
  load_model: ModelReference[];
  include: string[];
  quiet: boolean;
}

export async function run(options: WorkerBundleCommandOptions): Promise<void> {
  const { output, platform, load_model, include, quiet } = options;
  requirePlace(output, "--output");
  // What can't be loaded here can't be loaded there.
  await loadModels(load_model);
  const size = await cancellable((signal) =>
    writeWorkerBundle({
      output: path.resolve(output),
      platform,
      modules: load_model.map(({ moduleName }) => moduleName),
      include,
      withNode: options.with_node,
      onProgress: quiet ? undefined : report(process.stderr),
      signal,
    }),
  );
  if (quiet) return;
  process.stderr.write(
    `${output}: ${megabytes(size)}\n` +
      `On each node: mkdir -p DIR && tar -xzf ${path.basename(output)} -C DIR; the worker's command is then DIR/bin/worker.\n`,
  );
}

/** Tells what is packed, and on a terminal how much of it is. */
function report(stream: NodeJS.WriteStream): (progress: BundleProgress) => void {
  let told = -1;
  return ({ packages, files, bytes, packedBytes }) => {
    const percent = Math.floor((100 * packedBytes) / bytes);
    if (told === -1) {
      stream.write(
        `Packing ${files.toLocaleString("en")} files (${packages} packages), ${megabytes(bytes)}\n`,
      );
    }
    if (percent > told && stream.isTTY) stream.write(percent < 100 ? `\r${percent}%` : "\r    \r");
    told = Math.max(told, percent);
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
