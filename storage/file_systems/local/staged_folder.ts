// The output of one job on a local disk: written into a folder beside the target, put in place by renames.
import * as callbacks from "node:fs";
import { open, mkdir, readdir, rename, rm, rmdir, stat, writeFile, type FileHandle } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { FileAccessError } from "../../errors";
import { isFolderName, withoutSlash } from "../folder_name";
import { ABANDONED_MS, isDead, isElsewhere, isRepeated } from "../job_id";
import { partName } from "../part_names";
import type { Commit, ShardSource, ShardWriter, StagedOutput, StagingOptions } from "../staged_output";
import { appendedFileOf, completeAppended, openAppendedShard } from "./appended_file";
import { openShard } from "./shard_file";
import { readSpan } from "./span";

/**
 * Shards are written under `.NAME.JOB.tmp/` beside the target. One file is put in place by one rename, a folder by two
 * (the old one aside, the new one in), which the next job completes if this one is killed in between. Shards of one file
 * are appended to it as they are written, where that may be.
 */
export class StagedFolder implements StagedOutput {
  readonly folder: string;
  /** The output when it is ready: a folder of parts, or the folder that holds the whole file. */
  private readonly final: string;
  private readonly whole: string;
  private readonly previous: string;
  /** There when a file was put in place, while what is left of its shards is removed. */
  private readonly done: string;
  private readonly appends: boolean;

  constructor(
    readonly target: string,
    readonly jobId: string,
    { canAppend = false }: StagingOptions = {},
  ) {
    // Of a repeated job there may be several runs at once, each with a file of its own in the end.
    this.appends = canAppend && !isFolderName(target) && !isRepeated(jobId);
    const { dir, base, ext } = path.parse(withoutSlash(path.normalize(target)));
    this.folder = path.join(dir, `.${base}.${jobId}.tmp`);
    this.final = path.join(this.folder, "final");
    this.whole = path.join(this.final, `part${ext}`);
    this.previous = path.join(this.folder, "previous");
    this.done = path.join(this.folder, "done");
  }

  async createShard(): Promise<ShardWriter> {
    const { target, folder } = this;
    const name = path.join(folder, `shard-${randomBytes(8).toString("hex")}`);
    return this.guard(async () => {
      for (let tries = 1; ; tries++) {
        try {
          await mkdir(folder, { recursive: true });
          if (this.appends) return await openAppendedShard(target, folder);
          return await openShard(target, name);
        } catch (error) {
          // Another run of the same job may have removed the folder when it was empty, even while it was made.
          if (codeOf(error) !== "ENOENT" || tries === TRIES) throw error;
        }
      }
    });
  }

  async commit(commit: Commit): Promise<void> {
    await this.guard(async () => {
      if (await this.isCommitted(commit.shards)) return this.discard();
      await mkdir(this.final, { recursive: true });
      if (isFolderName(this.target)) {
        await this.arrange(commit);
        if (await exists(this.target)) await this.moveAside();
        await this.moveIn().catch((error: unknown) => {
          this.restore();
          throw error;
        });
      } else {
        await rename(await this.completeFile(commit), this.target);
        // Where it is gone, another run of the commit was as far.
        await rename(this.final, this.done).catch(() => undefined);
      }
      await this.discard();
    });
  }

  async removeShards(shards: readonly string[]): Promise<void> {
    await this.guard(async () => {
      for (const shard of shards) await rm(shard, { force: true });
      // It stays where there is more in it.
      await rmdir(this.folder).catch(() => undefined);
    });
  }

  async discard(): Promise<void> {
    this.restore();
    if (!callbacks.existsSync(this.folder)) return;
    // What says that the commit is done goes last: this may be repeated from anywhere.
    for (const name of callbacks.readdirSync(this.folder)) {
      const entry = path.join(this.folder, name);
      if (entry !== this.done) callbacks.rmSync(entry, { recursive: true, force: true });
    }
    callbacks.rmSync(this.folder, { recursive: true, force: true });
  }

  async removeStale(): Promise<void> {
    const parent = path.dirname(this.folder);
    const prefix = path.basename(this.folder).slice(0, -`${this.jobId}.tmp`.length);
    const names = await readdir(parent).catch(() => []);
    for (const name of names) {
      if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
      const jobId = name.slice(prefix.length, -".tmp".length);
      const stale = new StagedFolder(this.target, jobId);
      if (isDead(jobId) || (isElsewhere(jobId) && (await isAbandoned(stale.folder)))) await stale.discard();
    }
  }

  /** Moves what is at the target aside: the previous output, or what another job has put there since. */
  private async moveAside(): Promise<void> {
    const isFirst = !(await exists(this.previous));
    const aside = isFirst
      ? this.previous
      : path.join(this.folder, `replaced-${randomBytes(8).toString("hex")}`);
    await rename(withoutSlash(this.target), aside).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
    });
  }

  /** Moves the new folder to the target. Another job may do the same in between: then this one comes after it. */
  private async moveIn(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await rename(this.final, withoutSlash(this.target));
      } catch (error) {
        if (!["ENOTEMPTY", "EEXIST"].includes(codeOf(error)) || tries === TRIES) throw error;
        await this.moveAside();
      }
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
    if (await exists(this.done)) return true;
    if (shards.length === 0) return false;
    const files = shards.map((shard) => appendedFileOf(shard) ?? shard);
    const left = await Promise.all(
      [...new Set(files), isFolderName(this.target) ? this.final : this.whole].map(exists),
    );
    return !left.includes(true) && (await exists(this.target));
  }

  /** Gives the shards their final names, in a folder that is ready to be moved into place. */
  private async arrange({ shards, extension, success }: Commit): Promise<void> {
    for (const [i, shard] of shards.entries())
      await move(shard, path.join(this.final, partName(i, shards.length, extension)));
    await writeFile(path.join(this.final, "_SUCCESS"), `${JSON.stringify(success)}\n`);
  }

  /** Makes one file of the shards, copying as little as can be, and gives where it is. */
  private async completeFile(commit: Commit): Promise<string> {
    const { whole } = this;
    const { shards } = commit;
    // How they were written their names tell: the process that commits need not have written any.
    if (appendedFileOf(shards[0]) !== undefined) return completeAppended(shards, whole);
    if (shards.length === 1) {
      await move(shards[0], whole);
      return whole;
    }
    const sources = await Promise.all(shards.map(source));
    const out = await open(whole, "w");
    try {
      for (const segment of await commit.merge(sources)) {
        if (Buffer.isBuffer(segment)) await out.writeFile(segment);
        else await append(out, segment.shard, segment.start, segment.end);
      }
    } finally {
      await out.close();
    }
    return whole;
  }

  private async guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof FileAccessError ? error : new FileAccessError("write", this.target, error);
    }
  }
}

/** How often something is tried that another job may come between. */
const TRIES = 10;

/** Of an error, or of what caused it. */
function codeOf(error: unknown): string {
  const { code, cause } = error as NodeJS.ErrnoException;
  return cause === undefined ? String(code) : codeOf(cause);
}

/** Whether nothing in a folder has changed for long. */
async function isAbandoned(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const found = [folder, ...names.map((name) => path.join(folder, name))];
  const times = await Promise.all(
    found.map((name) =>
      stat(name).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Date.now() - Math.max(...times) > ABANDONED_MS;
}

async function source(shard: string): Promise<ShardSource> {
  return {
    path: shard,
    size: (await stat(shard)).size,
    read: (start, end) => readSpan(shard, start, end),
  };
}

async function append(out: FileHandle, shard: string, start: number, end: number): Promise<void> {
  for await (const chunk of readSpan(shard, start, end)) await out.writeFile(chunk);
}

/** Renames, or finds that an earlier attempt of the same commit did. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: unknown) => {
    if (!(await exists(to))) throw error;
  });
}

async function exists(name: string): Promise<boolean> {
  return stat(name).then(
    () => true,
    () => false,
  );
}
