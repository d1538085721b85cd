// The output of one job in a store of objects, which has no renames: objects are prepared aside and then completed.
import { randomBytes } from "node:crypto";
import path from "node:path";
import { isFolderName, withoutSlash } from "../folder_name";
import { ABANDONED_MS, isDead, isElsewhere } from "../job_id";
import { isOutputName, partName } from "../part_names";
import type { Commit, Segment, ShardSource, ShardWriter, StagedOutput } from "../staged_output";
import { inParallel } from "./in_parallel";
import { parseObjectPath } from "./object_path";
import type { ObjectStore, PreparedObject } from "./object_store";
import { contentOf, resuming } from "./resuming";

/** What a commit is about to do, stored before its first visible step, so that whoever finds it can finish it. */
interface Plan {
  prepared: PreparedObject[];
  /** Parts of the previous output that no new one replaces. */
  obsolete: string[];
  success: object;
}

/** Requests of a commit at the same time. */
const CONCURRENCY = 16;

/**
 * Shards are written as objects under `.NAME.JOB.tmp/` beside the target. The final objects are prepared there or as
 * uploads that wait for their last step; a file takes one such step to be in place. A folder takes one for each part
 * and then `_SUCCESS`: a plan of them is stored first, and a job that finds the plan of one that died completes it.
 */
export class StagedObjects implements StagedOutput {
  /** What the keys of all that is written aside begin with. */
  readonly staging: string;
  private readonly key: string;
  private readonly isFolder: boolean;

  constructor(
    private readonly store: ObjectStore,
    readonly target: string,
    readonly jobId: string,
  ) {
    this.isFolder = isFolderName(target);
    this.key = withoutSlash(parseObjectPath(target).key);
    this.staging = `${this.stagingOfAll}${jobId}.tmp/`;
  }

  async createShard(): Promise<ShardWriter> {
    const key = `${this.staging}shard-${randomBytes(8).toString("hex")}`;
    const writer = await this.store.create(key);
    return {
      path: `${this.store.scheme}://${this.store.bucket}/${key}`,
      write: (bytes) => writer.write(bytes),
      close: () => writer.close(),
    };
  }

  async commit(commit: Commit): Promise<void> {
    const plan =
      (await this.storedPlan()) ?? ((await this.isCommitted(commit)) ? undefined : await this.plan(commit));
    if (plan !== undefined) await this.carryOut(plan);
    await this.discard();
  }

  async removeShards(shards: readonly string[]): Promise<void> {
    await this.store.remove(shards.map((shard) => parseObjectPath(shard).key));
  }

  async discard(): Promise<void> {
    await this.store.abandonUploads(this.staging);
    const keys: string[] = [];
    for await (const { key } of this.store.list(this.staging)) keys.push(key);
    await this.store.remove(keys);
  }

  async removeStale(): Promise<void> {
    const lastChange = new Map<string, number>();
    for (const staged of [this.store.list(this.stagingOfAll), this.store.uploads(this.stagingOfAll)]) {
      for await (const { key, modified } of staged) {
        const [, jobId] = /^([^/]*)\.tmp\//.exec(key.slice(this.stagingOfAll.length)) ?? [];
        if (jobId !== undefined) lastChange.set(jobId, Math.max(modified, lastChange.get(jobId) ?? 0));
      }
    }
    for (const [jobId, modified] of lastChange) {
      const isOld = Date.now() - modified > ABANDONED_MS;
      if (!isDead(jobId) && !(isElsewhere(jobId) && isOld)) continue;
      const stale = new StagedObjects(this.store, this.target, jobId);
      const plan = await stale.storedPlan();
      if (plan !== undefined) await stale.carryOut(plan);
      await stale.discard();
    }
  }

  /** What the staging of every job with this target begins with. */
  private get stagingOfAll(): string {
    const { dir, base } = path.posix.parse(this.key);
    return `${dir === "" ? "" : `${dir}/`}.${base}.`;
  }

  private get planKey(): string {
    return `${this.staging}plan.json`;
  }

  private get successKey(): string {
    return `${this.key}/_SUCCESS`;
  }

  /** Prepares all that the commit needs, of which nothing is to be seen yet. */
  private async plan(commit: Commit): Promise<Plan> {
    const { shards, extension, success } = commit;
    const keys = shards.map((shard) => parseObjectPath(shard).key);
    if (!this.isFolder) {
      const segments = await this.segments(keys, commit);
      return { prepared: [await this.prepare(this.key, segments)], obsolete: [], success };
    }
    const parts = keys.map((_, i) => `${this.key}/${partName(i, keys.length, extension)}`);
    const prepared = await inParallel(CONCURRENCY, keys, async (shard, i) => {
      const { size } = (await this.store.find(shard))!;
      return this.prepare(parts[i], [{ shard, start: 0, end: size }]);
    });
    const obsolete: string[] = [];
    const kept = new Set([...parts, this.successKey]);
    for await (const { key } of this.store.list(`${this.key}/`, "/")) {
      if (!kept.has(key) && isOutputName(path.posix.basename(key))) obsolete.push(key);
    }
    const plan = { prepared, obsolete, success };
    await this.store.put(this.planKey, Buffer.from(JSON.stringify(plan)));
    return plan;
  }

  /** The visible steps, each of which may be repeated. */
  private async carryOut({ prepared, obsolete, success }: Plan): Promise<void> {
    if (this.isFolder) await this.store.remove([this.successKey]);
    await inParallel(CONCURRENCY, prepared, (one) => this.store.complete(one));
    if (!this.isFolder) return;
    await this.store.remove(obsolete);
    const content = { ...success, job: this.jobId };
    await this.store.put(this.successKey, Buffer.from(`${JSON.stringify(content)}\n`));
  }

  private prepare(key: string, segments: readonly Segment[]): Promise<PreparedObject> {
    return this.store.prepare(key, segments, this.staging, this.jobId);
  }

  private async segments(keys: readonly string[], commit: Commit): Promise<Segment[]> {
    const sources = await inParallel(CONCURRENCY, keys, async (key): Promise<ShardSource> => {
      const { size } = (await this.store.find(key))!;
      const read = (start: number, end: number): AsyncIterable<Buffer> =>
        resuming(key, start, Math.min(end, size), (from) => this.store.read(key, from, Math.min(end, size)));
      return { path: key, size, read };
    });
    if (sources.length === 1) return [{ shard: keys[0], start: 0, end: sources[0].size }];
    return commit.merge(sources);
  }

  private async storedPlan(): Promise<Plan | undefined> {
    const content = await this.textAt(this.planKey);
    return content === undefined ? undefined : (JSON.parse(content) as Plan);
  }

  /** Whether an earlier attempt of the same commit has put the output in place, and then removed what was aside. */
  private async isCommitted({ shards }: Commit): Promise<boolean> {
    if ((await this.store.find(parseObjectPath(shards[0]).key)) !== undefined) return false;
    if (!this.isFolder) return (await this.store.ownerOf(this.key)) === this.jobId;
    const content = await this.textAt(this.successKey);
    return content !== undefined && (JSON.parse(content) as { job?: string }).job === this.jobId;
  }

  private async textAt(key: string): Promise<string | undefined> {
    const found = await this.store.find(key);
    return found && (await contentOf(this.store, found)).toString();
  }
}
