// A bundle as a node has it: unpacked with the plain tools of a node.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parsePlatform, writeWorkerBundle, type WorkerBundleOptions } from "../../../runners/worker_bundle";

export const LINUX = parsePlatform("linux/x64")!;

/** Packs a bundle and unpacks it into a folder, which it makes. */
export async function unpackBundle(
  folder: string,
  options: Partial<WorkerBundleOptions> = {},
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const output = path.join(path.dirname(folder), `${path.basename(folder)}.tar.gz`);
  await writeWorkerBundle({ output, platform: LINUX, ...options });
  execFileSync("tar", ["-xzf", output, "-C", folder]);
  return folder;
}
