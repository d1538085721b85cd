// The errors of the direct runner itself, apart from those of the pipelines that it runs.

/** How much room a disk has, in bytes. */
export interface Room {
  readonly free: number;
  /** So much of it is left to others. */
  readonly spare: number;
}

/** The disk has no room for what is shuffled. */
export class DiskFullError extends Error {
  readonly code = "DISK_FULL";
  override readonly name = "DiskFullError";
  /** @param needed bytes that were to be written next */
  constructor(folder: string, needed: number, { free, spare }: Room, cause?: unknown) {
    super(
      `The disk of ${folder} is full: ${mebibytes(needed, Math.ceil)} MiB more are needed there for what the direct runner shuffles, ` +
        `and ${mebibytes(free, Math.floor)} MiB are free, of which ${mebibytes(spare, Math.ceil)} are left to others. ` +
        "Make room, or set TMPDIR to a folder on another disk.",
      { cause },
    );
  }
}

/** There is no place for what is shuffled. */
export class TemporaryFolderError extends Error {
  readonly code = "TEMPORARY_FOLDER";
  override readonly name = "TemporaryFolderError";
  constructor(parent: string, cause: unknown) {
    super(
      `The direct runner can't make a folder in ${parent} for what it shuffles (${(cause as Error).message}). ` +
        "Set TMPDIR to a folder that it may write.",
      { cause },
    );
  }
}

/** A bundle ended the processes that ran it. */
export class WorkerDiedError extends Error {
  readonly code = "WORKER_DIED";
  override readonly name = "WorkerDiedError";
}

function mebibytes(bytes: number, round: (tenths: number) => number): string {
  return (round((10 * bytes) / 2 ** 20) / 10).toFixed(1);
}
