// Staged outputs in tests: in a temporary folder, whose files can be looked at as a whole.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { newJobId } from "../../storage/file_systems";
import { StagedFolder } from "../../storage/file_systems/local/staged_folder";
import type { StagedOutput, StagingOptions } from "../../storage/file_systems/staged_output";
import { temporaryFolder } from "./temporary_folder";

/** Writes a shard; gives its path. */
export async function shard(output: StagedOutput, ...texts: string[]): Promise<string> {
  const writer = await output.createShard();
  for (const text of texts) await writer.write(Buffer.from(text));
  await writer.close();
  return writer.path;
}

/** Puts shards in place; of several one file by one after the other. */
export function commit(output: StagedOutput, shards: readonly string[], success: object = {}): Promise<void> {
  return output.commit({
    shards,
    extension: ".ldjson",
    merge: async (sources) => sources.map(({ path, size }) => ({ shard: path, start: 0, end: size })),
    success,
  });
}

/** A temporary folder for each test, its outputs and its files, all by their paths from there. */
export function staging(): {
  at: (...names: string[]) => string;
  stage: (target: string, jobId?: string, options?: StagingOptions) => StagedFolder;
  files: () => Promise<Record<string, string>>;
  write: (name: string, text: string) => Promise<void>;
} {
  const at = temporaryFolder();
  return {
    at,
    stage: (target, jobId = newJobId(), options) => new StagedFolder(at(target), jobId, options),
    files: async () => {
      const entries = await readdir(at(), { withFileTypes: true, recursive: true });
      const names = entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
      const texts = names
        .sort()
        .map(async (name) => [path.relative(at(), name), await readFile(name, "utf8")] as const);
      return Object.fromEntries(await Promise.all(texts));
    },
    write: async (name, text) => {
      await mkdir(path.dirname(at(name)), { recursive: true });
      await writeFile(at(name), text);
    },
  };
}
