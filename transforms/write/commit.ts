// The commit: when every shard is written, the outputs are put in place together, or not at all.
import "../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import { counter, type Counter } from "apache-beam/transforms/pardo";
import type { KV } from "apache-beam/values";
import {
  fileExtension,
  fileSystemOf,
  isFolderName,
  isRepeated,
  isStranger,
  mergeFiles,
  PathError,
  runOf,
} from "../../storage";
import type { AsyncDoFn } from "../async_pardo";
import { OUTCOMES } from "../blocks/prediction_block";
import { COUNT_METRICS, countsToMetrics, noCounts, total, type JobCounts } from "../job_counts";
import { EXAMPLES, isExceeded, TooManyFailuresError, type MaxFailures } from "../max_failures";
import type { ReadCounts } from "../read_records";
import type { Part } from "./parts";
import { Shard } from "./shard";
import { stagedOutput, type OutputTarget } from "./target";

/** Where the outputs go, and when they do not. */
export interface CommitTarget {
  output: OutputTarget;
  errors?: OutputTarget;
  maxFailures?: MaxFailures;
  /** How many parts a folder output has. Default: as many as were written. */
  numShards?: number;
}

/** The metrics in which a commit gives out the counts. */
export function commitMetrics(): Record<string, Counter> {
  return Object.fromEntries(COUNT_METRICS.map((name) => [name, counter(name)]));
}

export class BeginFn implements AsyncDoFn<Uint8Array, Part> {
  beamName = "begin";
  *process(): Generator<Part> {
    yield { of: "nothing" };
  }
}

export class CountFn implements AsyncDoFn<ReadCounts, Part> {
  beamName = "countRead";
  *process(counts: ReadCounts): Generator<Part> {
    yield { of: "read", counts };
  }
}

export class ToCommitFn implements AsyncDoFn<Part, KV<string, Part>> {
  beamName = "toCommit";
  *process(value: Part): Generator<KV<string, Part>> {
    yield { key: "commit", value };
  }
}

/** Puts the outputs in place, once, when every shard is written and the failures are not too many. */
export class CommitFn implements AsyncDoFn<KV<string, Iterable<Part>>, JobCounts, Record<string, Counter>> {
  beamName = "commit";
  constructor(
    readonly target: CommitTarget,
    readonly jobId: string,
  ) {}

  async *process(
    { value }: KV<string, Iterable<Part>>,
    metrics: Record<string, Counter>,
  ): AsyncGenerator<JobCounts> {
    const parts = [...value];
    const { output, errors, maxFailures } = this.target;
    const counts = addUp(parts);
    if (maxFailures && isExceeded(maxFailures, counts.failures, counts.read)) {
      const examples = parts
        .flatMap((part) => (part.of === "errors" ? part.examples : []))
        .slice(0, EXAMPLES);
      throw new TooManyFailuresError(maxFailures, counts.failures, counts.read, examples);
    }
    if (errors !== undefined) await this.putInPlace(errors, pathsOf(parts, "errors"), counts);
    await this.putInPlace(output, pathsOf(parts, "output"), counts, this.target.numShards);
    for (const [name, count] of Object.entries(countsToMetrics(counts))) metrics[name].increment(count);
    yield counts;
  }

  private async putInPlace(
    target: OutputTarget,
    written: readonly string[],
    success: JobCounts,
    numShards = 1,
  ): Promise<void> {
    const { jobId } = this;
    const shards = [...written].sort();
    const staged = stagedOutput(target, isRepeated(jobId) ? runOf(jobId, written) : jobId);
    // Of other jobs whoever starts them has seen to it.
    if (isRepeated(jobId)) {
      await refuseStrangers(target);
      await staged.removeStale();
    }
    // An empty output is a file without a row, so that whoever reads it finds something to read.
    const wanted = isFolderName(target.path) ? numShards : 1;
    while (shards.length < wanted) shards.push(await Shard.empty(target, jobId));
    await staged.commit({
      shards,
      extension: fileExtension(target.encoding),
      merge: (sources) => mergeFiles(target.encoding, jobId, sources),
      success,
    });
    if (isRepeated(jobId)) await stagedOutput(target, jobId).removeShards(shards);
  }
}

/** @throws PathError when somebody's files are where a folder is to be replaced */
async function refuseStrangers({ path, storage }: OutputTarget): Promise<void> {
  if (!isFolderName(path)) return;
  const [stranger] = (await fileSystemOf(path, storage).namesIn(path)).filter(isStranger);
  if (stranger === undefined) return;
  throw new PathError(
    `The folder '${path}' holds files of others, as '${stranger}', which its replacement would remove. ` +
      "Empty it, or make a jar with another output.",
  );
}

function pathsOf(parts: readonly Part[], of: "output" | "errors"): string[] {
  return parts.flatMap((part) => (part.of === of ? [part.path] : []));
}

function addUp(parts: readonly Part[]): JobCounts {
  const counts = noCounts();
  let records = 0;
  for (const part of parts) {
    if (part.of === "read") {
      records += part.counts.records;
      counts.blank += part.counts.blank;
      for (const [kind, count] of Object.entries(part.counts.unreadable)) {
        counts.unreadable[kind as keyof JobCounts["unreadable"]] += count;
      }
    } else if (part.of === "errors") {
      counts.failures += part.rows;
    } else if (part.of === "output") {
      counts.distinct += part.rows;
      part.outcomes.forEach((count, i) => {
        const outcome = OUTCOMES[i];
        if (outcome === "predicted") counts.predicted += count;
        else counts.null[outcome] += count;
      });
    }
  }
  // Without counts of what was read, what is written is all that is known of it.
  counts.duplicates = Math.max(0, records - counts.distinct);
  counts.read = counts.distinct + counts.duplicates + total(counts.unreadable);
  return counts;
}

requireForSerialization("beam-predict/transforms", { BeginFn, CountFn, ToCommitFn, CommitFn });
