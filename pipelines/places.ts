// Checks of files that commands write besides outputs, before the work is done that would be lost.
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { UsageError } from "./errors";

/**
 * Refuses a file that can't be written.
 * @param option the option that names it, for the error
 * @throws UsageError when there is no folder for it, it is a folder itself, or nothing may be written there
 */
export function requirePlace(file: string, option: string): void {
  const folder = path.dirname(path.resolve(file));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(
      `There is no folder '${folder}' for '${file}' (${option}). Make it, or name another.`,
    );
  }
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) {
    throw new UsageError(`'${file}' (${option}) is not a file. Name a file, which is written or replaced.`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`Nothing may be written in '${folder}' (${option}). Name a file elsewhere.`, {
      cause,
    });
  }
}
