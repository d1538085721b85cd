// The folder of a job on the direct runner, and those that killed ones have left.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const PREFIX = "beam-predict-direct-";

/** Makes a folder for what this job keeps in files, and removes those of jobs that are no more. */
export function makeTemporaryFolder(): string {
  removeAbandoned();
  return mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^beam-predict-direct-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid)))
      // Of another user, perhaps, who will remove it.
      try {
        rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
      } catch {
        continue;
      }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
