// The whole text of a failure, in a file for those who want more than its reason.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Writes all that is known of a failure; gives back the file's path, or why there is none: the disk may be full. */
export function writeFailureLog(details: string): string {
  try {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "beam-predict-job-")), "error.log");
    writeFileSync(file, `${details}\n`);
    return file;
  } catch (error) {
    return `it could not be kept (${(error as Error).message})`;
  }
}
