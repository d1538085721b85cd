// The names of jobs: they tell who runs a job, so that a later one can see that it is dead.
import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** This host, as it stands in the names of jobs. */
const HOST = hostname().replace(/[^A-Za-z0-9]/g, "_") || "localhost";

/** A new name for a job: its host and process, and a random part. */
export function newJobId(): string {
  return `${HOST}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/**
 * A new name for a job that is repeated: it is kept, and runs as often as it is submitted, on machines that are not
 * known here, perhaps several times at once.
 */
export function newRepeatedJobId(): string {
  return `jar-${randomBytes(4).toString("hex")}`;
}

/** Whether a name is that of a repeated job, or of one of its runs. */
export function isRepeated(jobId: string): boolean {
  return /^jar-[0-9a-f]{8}(-[0-9a-f]{16})?$/.test(jobId);
}

/** The name of one run of a repeated job: by the shards that it has written, of which no other run has one. */
export function runOf(jobId: string, shards: readonly string[]): string {
  const hash = createHash("sha256").update([...shards].sort().join("\n"));
  return `${jobId}-${hash.digest("hex").slice(0, 16)}`;
}

/** What a job that nobody here can see has left is taken for dead after this time without a change. */
export const ABANDONED_MS = 7 * 24 * 3600 * 1000;

/** Whether a job ran on this host, in a process that is gone. */
export function isDead(jobId: string): boolean {
  if (isRepeated(jobId)) return false;
  const { host, pid } = ownerOfJob(jobId) ?? {};
  if (host !== HOST || pid === undefined || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Whether a job ran on another host, where nobody here can see it. */
export function isElsewhere(jobId: string): boolean {
  if (isRepeated(jobId)) return true;
  const owner = ownerOfJob(jobId);
  return owner !== undefined && owner.host !== HOST;
}

function ownerOfJob(jobId: string): { host: string; pid: number } | undefined {
  const [, host, pid] = /^(\w+)-(\d+)-\w+$/.exec(jobId) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid) };
}
