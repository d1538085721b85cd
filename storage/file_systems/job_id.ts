// The names of jobs: they tell who runs a job, so that a later one can see that it is dead.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** This host, as it stands in the names of jobs. */
const HOST = hostname().replace(/[^A-Za-z0-9]/g, "_") || "localhost";

/** A new name for a job: its host and process, and a random part. */
export function newJobId(): string {
  return `${HOST}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** Whether a job ran on this host, in a process that is gone. */
export function isDead(jobId: string): boolean {
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
  const owner = ownerOfJob(jobId);
  return owner !== undefined && owner.host !== HOST;
}

function ownerOfJob(jobId: string): { host: string; pid: number } | undefined {
  const [, host, pid] = /^(\w+)-(\d+)-\w+$/.exec(jobId) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid) };
}
