// Refuses outputs that would take the place of what must stay.
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { FileInfo } from "../storage";
import type { Destination } from "./destination";
import { UsageError } from "./errors";

/**
 * Refuses outputs that would take the place of an input, of each other, of a folder or of somebody's files in it.
 * @throws UsageError
 */
export async function refuseOverwriting(
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
    const strangers = isFolder ? await strangersIn(target) : [];
    if (strangers.length > 0) {
      throw new UsageError(
        `The folder '${name}' holds files of others, as '${strangers[0]}', which its replacement would remove. ` +
          "Choose another folder, or empty it.",
      );
    }
    outputs.push(output);
  }
}

/** What is in a folder besides an earlier output. */
async function strangersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !/^part-|^_SUCCESS$|^\./.test(name));
}

/** Whether an output takes the place of a file: one of its name, or in the folder that it replaces. */
function isReplaced(file: string, output: { isFolder: boolean; real: string }): boolean {
  return file === output.real || (output.isFolder && file.startsWith(output.real + path.sep));
}

/** The path of a file without links, by which it can be told from others. */
async function realPath(name: string): Promise<string> {
  return realpath(name).catch(() => path.resolve(name));
}
