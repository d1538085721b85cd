// An output that is written aside and then put in place at once: readers see the old one or the new one, whole.
import * as callbacks from "node:fs";
import { open, mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { FileAccessError } from "./errors";
import { isFolderName, withoutSlash } from "./folder_name";
import { readFile } from "./local_files";

/** The calls on file descriptors, which `node:fs/promises` has not. */
const fs = {
  open: promisify(callbacks.open),
  write: promisify(callbacks.write),
  datasync: promisify(callbacks.fdatasync),
  close: promisify(callbacks.close),
};

/** This host, as it stands in the names of jobs. */
const HOST = hostname().replace(/[^A-Za-z0-9]/g, "_") || "localhost";

/** A new name for a job: who runs it (so that a later job can see that it is dead), and a random part. */
export function newJobId(): string {
  return `${HOST}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/**
 * The output of one job at `target`, a file, or a folder of shards when it ends in `/`.
 *
 * Shards are written under `.NAME.JOB.tmp/` beside the target, by any number of writers, some of whom may fail or be
 * repeated; `commit` takes those that count. One file is put in place by one rename, a folder by two (the old one
 * aside, the new one in), which the next job completes if this one is killed in between.
 */
export class StagedOutput {
  readonly folder: string;
  /** The output when it is ready: a folder of parts, or the folder that holds the whole file. */
  private readonly final: string;
  private readonly whole: string;
  private readonly previous: string;

  constructor(
    readonly target: string,
    readonly jobId: string,
  ) {
    const { dir, base, ext } = path.parse(withoutSlash(path.normalize(target)));
    this.folder = path.join(dir, `.${base}.${jobId}.tmp`);
    this.final = path.join(this.folder, "final");
    this.whole = path.join(this.final, `part${ext}`);
    this.previous = path.join(this.folder, "previous");
  }

  get isFolder(): boolean {
    return isFolderName(this.target);
  }

  /** Opens a new shard, for one writer. */
  async createShard(): Promise<ShardWriter> {
    const name = path.join(this.folder, `shard-${randomBytes(8).toString("hex")}`);
    return this.guard(async () => {
      await mkdir(this.folder, { recursive: true });
      return new ShardWriter(this.target, name, await fs.open(name, "wx"));
    });
  }

  /**
   * Puts the shards in place as the output. Repeating it after it succeeded does nothing.
   * @param shards the paths of those shards that count; the others are removed
   * @param success what `_SUCCESS` of a folder says
   */
  async commit(shards: readonly string[], success: object): Promise<void> {
    await this.guard(async () => {
      if (await this.isCommitted(shards)) return;
      await mkdir(this.final, { recursive: true });
      if (this.isFolder) {
        await this.arrange(shards, success);
        if (await exists(this.target)) await rename(this.target, this.previous);
        await rename(this.final, withoutSlash(this.target)).catch((error: unknown) => {
          this.restore();
          throw error;
        });
      } else {
        await concatenate(shards, this.whole);
        await rename(this.whole, this.target);
        await syncFolder(path.dirname(this.target));
      }
      this.discard();
    });
  }

  /** Removes all that was written aside. At once, since the process may be about to end. */
  discard(): void {
    this.restore();
    if (callbacks.existsSync(this.folder)) callbacks.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Removes what jobs that died on this host left beside the target, and completes what they left half done. */
  async removeStale(): Promise<void> {
    const parent = path.dirname(this.folder);
    const prefix = path.basename(this.folder).slice(0, -`${this.jobId}.tmp`.length);
    const names = await readdir(parent).catch(() => []);
    for (const name of names) {
      if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
      const jobId = name.slice(prefix.length, -".tmp".length);
      if (!isDead(jobId)) continue;
      new StagedOutput(this.target, jobId).discard();
    }
  }

  /** Puts the previous output back where a commit ended between its two renames. */
  private restore(): void {
    if (callbacks.existsSync(this.previous) && !callbacks.existsSync(this.target)) {
      callbacks.renameSync(this.previous, this.target);
    }
  }

  /** Whether an earlier attempt of the same commit has put the shards in place: nothing of them is left here. */
  private async isCommitted(shards: readonly string[]): Promise<boolean> {
    if (shards.length === 0) return false;
    const left = await Promise.all([...shards, this.isFolder ? this.final : this.whole].map(exists));
    return !left.includes(true) && (await exists(this.target));
  }

  /** Gives the shards their final names, in a folder that is ready to be moved into place. */
  private async arrange(shards: readonly string[], success: object): Promise<void> {
    const digits = (n: number): string => String(n).padStart(5, "0");
    const part = (i: number, of: number): string =>
      path.join(this.final, `part-${digits(i)}-of-${digits(of)}.ldjson`);
    for (const [i, shard] of shards.entries()) await move(shard, part(i, shards.length));
    // An empty output is a part without a line, so that whoever reads the folder finds something to read.
    if (shards.length === 0) await writeFile(part(0, 1), "");
    await writeFile(path.join(this.final, "_SUCCESS"), `${JSON.stringify(success)}\n`);
  }

  private async guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw new FileAccessError("write", this.target, error);
    }
  }
}

/**
 * Writes one shard. It holds a plain file descriptor: when a job fails nobody closes its shards, and a FileHandle that
 * is collected while open complains on the console.
 */
export class ShardWriter {
  constructor(
    private readonly target: string,
    readonly path: string,
    private readonly fd: number,
  ) {}

  /** Appends bytes; resolves when the system has them. */
  async write(bytes: Buffer): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += (await fs.write(this.fd, bytes, at)).bytesWritten;
    } catch (error) {
      throw new FileAccessError("write", this.target, error);
    }
  }

  /** Ends the shard; resolves when it is on the disk. */
  async close(): Promise<void> {
    try {
      await fs.datasync(this.fd);
    } catch (error) {
      throw new FileAccessError("write", this.target, error);
    } finally {
      await fs.close(this.fd);
    }
  }
}

/** Makes one file of the shards: a rename where there is one shard, so that the usual case copies nothing. */
async function concatenate(shards: readonly string[], whole: string): Promise<void> {
  const [only, ...others] = [...shards].sort();
  if (only === undefined) return writeFile(whole, "");
  if (others.length === 0) return move(only, whole);
  const out = await open(whole, "w");
  try {
    for (const shard of [only, ...others]) {
      for await (const chunk of readFile(shard)) await out.writeFile(chunk);
    }
    await out.datasync();
  } finally {
    await out.close();
  }
}

/** Renames, or finds that an earlier attempt of the same commit did. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: unknown) => {
    if (!(await exists(to))) throw error;
  });
}

/** Makes a rename durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined); // not every system opens folders
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function exists(name: string): Promise<boolean> {
  return stat(name).then(
    () => true,
    () => false,
  );
}

/** Whether a job ran on this host, in a process that is gone. */
function isDead(jobId: string): boolean {
  const [, host, pid] = /^(\w+)-(\d+)-\w+$/.exec(jobId) ?? [];
  if (host !== HOST || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
