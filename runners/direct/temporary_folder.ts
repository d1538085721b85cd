// The folder of a job on the direct runner, and those that killed ones have left.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { TemporaryFolderError } from "./errors";

/** This host, as it stands in the names of folders: containers, each with processes of its own, may share the temporary one. */
const HOST = hostname().replace(/[^A-Za-z0-9]/g, "_") || "localhost";

/** What a job that nobody here can see has left is taken for abandoned after this time without a change. */
const ABANDONED_MS = 7 * 24 * 3600 * 1000;

/**
 * Makes a folder for what this job keeps in files, and removes those of jobs that are no more.
 * @throws TemporaryFolderError
 */
export function makeTemporaryFolder(parent = tmpdir()): string {
  try {
    removeAbandoned(parent);
    return mkdtempSync(path.join(parent, `${prefixOf(process.pid)}-`));
  } catch (error) {
    throw new TemporaryFolderError(parent, error);
  }
}

/** What the names of the folders of a process here begin with. */
export function prefixOf(pid: number): string {
  return `beam-predict-direct-${HOST}-${pid}`;
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, host, pid] = /^beam-predict-direct-(\w+)-(\d+)-/.exec(name) ?? [];
    if (host === undefined) continue;
    const folder = path.join(parent, name);
    // Of another user, perhaps, who will remove it.
    try {
      if (isAbandoned(folder, host, Number(pid))) rmSync(folder, { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}

function isAbandoned(folder: string, host: string, pid: number): boolean {
  const { mtimeMs } = statSync(folder);
  if (host !== HOST) return Date.now() - mtimeMs > ABANDONED_MS;
  // A container's processes have the same numbers each time it starts.
  if (pid === process.pid) return mtimeMs < Date.now() - 1000 * process.uptime();
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
