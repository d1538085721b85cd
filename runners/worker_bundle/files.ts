// The files of packages and folders that go into a bundle.
import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** Types and source maps: nothing reads them when a worker runs, and they are half of what packages hold. */
const NOT_RUN = /\.(map|d\.[cm]?ts)$/;

/** The files under a folder, as paths from it with slashes; without what packages have nested. */
export function filesUnder(folder: string): string[] {
  const found: string[] = [];
  const walk = (relative: string): void => {
    for (const name of readdirSync(path.join(folder, relative))) {
      if (name === "node_modules" || name === ".git") continue;
      const file = path.posix.join(relative, name);
      const entry = statSync(path.join(folder, file), { throwIfNoEntry: false });
      if (entry?.isDirectory()) walk(file);
      else if (entry?.isFile() && isRun(file)) found.push(file);
    }
  };
  walk("");
  return found.sort();
}

/** Whether a worker may read a file. */
export function isRun(file: string): boolean {
  return !NOT_RUN.test(file);
}
