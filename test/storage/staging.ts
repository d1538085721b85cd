// Staged outputs in tests: in a temporary folder, whose files can be looked at as a whole.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { newJobId, StagedOutput } from "../../storage/staged_output";
import { temporaryFolder } from "./temporary_folder";

/** Writes a shard; gives its path. */
export async function shard(output: StagedOutput, ...texts: string[]): Promise<string> {
  const writer = await output.createShard();
  for (const text of texts) await writer.write(Buffer.from(text));
  await writer.close();
  return writer.path;
}

/** A temporary folder for each test, its outputs and its files, all by their paths from there. */
export function staging(): {
  at: (...names: string[]) => string;
  stage: (target: string, jobId?: string) => StagedOutput;
  files: () => Promise<Record<string, string>>;
  write: (name: string, text: string) => Promise<void>;
} {
  const at = temporaryFolder();
  return {
    at,
    stage: (target, jobId = newJobId()) => new StagedOutput(at(target), jobId),
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
