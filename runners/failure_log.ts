// The whole text of a failure, in a file for those who want more than its reason.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Writes all that is known of a failure; gives back the file's path. */
export function writeFailureLog(details: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "beam-predict-job-")), "error.log");
  writeFileSync(file, `${details}\n`);
  return file;
}
