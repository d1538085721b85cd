// distinct: of records that are equal as JSON, one stays.
import "../sdk";
import { KVCoder, PaneInfoCoder } from "apache-beam/coders/required_coders";
import { VarIntCoder } from "apache-beam/coders/standard_coders";
import { requireForSerialization } from "apache-beam/serialization";
import type { PCollection } from "apache-beam/pvalue";
import { groupByKey } from "apache-beam/transforms/internal";
import { windowParam, type ParDoLookupParam } from "apache-beam/transforms/pardo";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { IntervalWindow, type KV, type Window, type WindowedValue } from "apache-beam/values";
import { asyncParDo, type AsyncDoFn } from "./async_pardo";
import { keyedBlockCoder, type KeyedBlock } from "./blocks/keyed_block";
import { predictionBlockCoder, type PredictionBlock } from "./blocks/prediction_block";
import { DistinctRows } from "./distinct/distinct_rows";
import { PartitionRows } from "./distinct/partition_rows";
import { recordHash } from "./distinct/record_order";

export interface DistinctOptions {
  /** How many parts the records are shuffled into, each of which must fit in a worker's memory. Default 64. */
  partitions?: number;
}

/** A partition's rows are handed on when they reach this many bytes, so that a bundle holds 64 MiB at most. */
const FLUSH_BYTES = 1 << 20;

/**
 * Keeps one of each set of equal records. Records are equal when they are as JSON: the order of keys and white space
 * do not count, numbers compare by their decimal value. Of equal ones that are written differently the smallest text
 * (byte by byte) stays.
 *
 * Blocks are split by the hash of the record, not records, and what is twice in a bundle leaves before the shuffle.
 */
export function distinct(
  options: DistinctOptions = {},
): PTransform<PCollection<PredictionBlock>, PCollection<PredictionBlock>> {
  const partitionCoder = new KVCoder<number, KeyedBlock>(new VarIntCoder(), keyedBlockCoder);
  return withName("distinct", (predictions: PCollection<PredictionBlock>) =>
    predictions
      .apply(asyncParDo(new PartitionFn(options.partitions ?? 64), partitionCoder, { window: windowParam() }))
      .apply(groupByKey<number, KeyedBlock>())
      .apply(asyncParDo(new KeepDistinctFn(), predictionBlockCoder)),
  );
}

interface PartitionContext {
  window: ParDoLookupParam<Window>;
}

/** Splits blocks by the hash of their records; a bundle's rows wait here by window and partition. */
class PartitionFn implements AsyncDoFn<PredictionBlock, KV<number, KeyedBlock>, PartitionContext> {
  beamName = "partition";
  private windows!: Map<string, { window: Window; partitions: PartitionRows[] }>;

  constructor(readonly partitions: number) {}

  startBundle(): void {
    this.windows = new Map();
  }

  *process(block: PredictionBlock, context: PartitionContext): Generator<KV<number, KeyedBlock>> {
    const partitions = this.partitionsOf(context.window.lookup());
    for (let i = 0; i < block.records.length; i++) {
      const hash = recordHash(block.records, i);
      // The high bits: the low ones choose the slot in a table, where a partition's rows must not crowd.
      const key = ((hash / 2 ** 32) | 0) % this.partitions;
      partitions[key].add(block, i, hash);
      if (partitions[key].size > FLUSH_BYTES) yield* flush(key, partitions[key]);
    }
  }

  *finishBundle(): Generator<WindowedValue<KV<number, KeyedBlock>>> {
    for (const { window, partitions } of this.windows.values()) {
      const origin = {
        windows: [window],
        timestamp: window.maxTimestamp(),
        pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
      };
      for (const [key, rows] of partitions.entries()) {
        for (const value of flush(key, rows)) yield { value, ...origin };
      }
    }
    this.windows.clear();
  }

  private partitionsOf(window: Window): PartitionRows[] {
    const name =
      window instanceof IntervalWindow ? `${window.start.toString()}-${window.end.toString()}` : "global";
    let known = this.windows.get(name);
    if (known === undefined) {
      known = { window, partitions: Array.from({ length: this.partitions }, () => new PartitionRows()) };
      this.windows.set(name, known);
    }
    return known.partitions;
  }
}

function* flush(key: number, rows: PartitionRows): Generator<KV<number, KeyedBlock>> {
  const value = rows.take();
  if (value !== undefined) yield { key, value };
}

/** Keeps what is distinct in a partition. */
class KeepDistinctFn implements AsyncDoFn<KV<number, Iterable<KeyedBlock>>, PredictionBlock> {
  beamName = "keepDistinct";

  *process({ value: blocks }: KV<number, Iterable<KeyedBlock>>): Generator<PredictionBlock> {
    const distinctRows = new DistinctRows();
    for (const block of blocks) distinctRows.add(block);
    yield* distinctRows.drain();
  }
}

requireForSerialization("beam-predict/transforms", { PartitionFn, KeepDistinctFn });
