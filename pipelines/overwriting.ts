// Refuses outputs that would take the place of what must stay.
import {
  fileSystemOf,
  isStranger,
  schemeOf,
  withoutSlash,
  type FileInfo,
  type StorageSettings,
} from "../storage";
import type { Destination } from "./destination";
import { UsageError } from "./errors";

/**
 * Refuses outputs that would take the place of an input, of each other, of a folder or of somebody's files in it.
 * @throws UsageError
 */
export async function refuseOverwriting(
  inputs: readonly FileInfo[],
  destinations: readonly Destination[],
  storage: StorageSettings,
): Promise<void> {
  // The main one, by whose name the others may be called, is the last.
  for (const { name, path } of [...destinations].reverse()) refuseWholeBucket(name, path);
  const identity = (path: string): Promise<string> => fileSystemOf(path, storage).identity(path);
  const read = await Promise.all(inputs.map(({ path }) => identity(path)));
  const outputs: { name: string; isFolder: boolean; real: string }[] = [];
  for (const { name, path, isFolder } of destinations) {
    const files = fileSystemOf(path, storage);
    const output = { name, isFolder, real: await identity(path) };
    if (read.some((input) => isReplaced(input, output))) {
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
    if (!isFolder && (await files.isFolder(path))) {
      throw new UsageError(
        `The output '${name}' is a folder. Name a file in it, or end it in / to replace it by shards.`,
      );
    }
    const strangers = isFolder ? (await files.namesIn(path)).filter(isStranger) : [];
    if (strangers.length > 0) {
      throw new UsageError(
        `The folder '${name}' holds files of others, as '${strangers[0]}', which its replacement would remove. ` +
          "Choose another folder, or empty it.",
      );
    }
    outputs.push(output);
  }
}

/** What is staged goes beside the output, which a bucket has no room for. */
function refuseWholeBucket(name: string, path: string): void {
  if (
    schemeOf(path) !== undefined &&
    !withoutSlash(path)
      .slice(path.indexOf("://") + 3)
      .includes("/")
  ) {
    throw new UsageError(`The output '${name}' is a bucket. Name a file or a folder in it.`);
  }
}

/** Whether an output takes the place of a file: one of its name, or in the folder that it replaces. */
function isReplaced(file: string, output: { isFolder: boolean; real: string }): boolean {
  return file === output.real || (output.isFolder && /^[/\\]/.test(tail(file, output.real)));
}

/** What a path has behind a beginning; empty where it does not begin so. */
function tail(path: string, beginning: string): string {
  return path.startsWith(beginning) ? path.slice(beginning.length) : "";
}
