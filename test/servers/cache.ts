// Where downloads and builds of the tests are kept, and how something is put there whole.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

export const CACHE =
  process.env.BEAM_PREDICT_TEST_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "beam-predict", "test");

/**
 * Makes a folder of the cache unless it is there. It is made aside and then renamed: two runs may make it at the same
 * time, one may be interrupted, and none may find half of it.
 * @param make fills a folder; what it throws leaves nothing
 */
export function makeOnce(name: string, make: (folder: string) => void): string {
  const folder = path.join(CACHE, name);
  if (existsSync(folder)) return folder;
  mkdirSync(path.dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}.making-`);
  try {
    make(aside);
    renameSync(aside, folder);
  } catch (error) {
    // Another run was first; what it made is the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}
