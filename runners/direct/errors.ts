// The errors of the direct runner itself, apart from those of the pipelines that it runs.

/** The disk has no room for what is shuffled. */
export class DiskFullError extends Error {
  readonly code = "DISK_FULL";
  override readonly name = "DiskFullError";
  /** @param free bytes that are left */
  constructor(folder: string, free: number, cause?: unknown) {
    super(
      `The disk of ${folder} is full (${Math.floor(free / 2 ** 20)} MiB are left), where the direct runner keeps what it ` +
        "shuffles. Make room, or set TMPDIR to a folder on another disk.",
      { cause },
    );
  }
}

/** A bundle ended the processes that ran it. */
export class WorkerDiedError extends Error {
  readonly code = "WORKER_DIED";
  override readonly name = "WorkerDiedError";
}
