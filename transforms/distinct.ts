// distinct: of records that are equal as JSON, one stays.
import "../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import { P, type PCollection } from "apache-beam/pvalue";
import { flatten } from "apache-beam/transforms/flatten";
import { groupByKey } from "apache-beam/transforms/internal";
import { windowParam, type ParDoLookupParam } from "apache-beam/transforms/pardo";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { IntervalWindow, type KV, type Window, type WindowedValue } from "apache-beam/values";
import { asyncParDo, asyncParDoWithOutputs, type AsyncDoFn, type Tagged } from "./async_pardo";
import { jsonCoder, keyedBytesCoder } from "./blocks/coder";
import { decodeKeyedBlock } from "./blocks/keyed_block";
import { predictionBlockCoder, type PredictionBlock } from "./blocks/prediction_block";
import { atEndOf } from "./bundle_end";
import { DistinctRows } from "./distinct/distinct_rows";
import { recordHashes } from "./distinct/record_order";
import { WaitingRows } from "./distinct/waiting_rows";

export interface DistinctOptions {
  /** How many parts the records are shuffled into, each of which must fit in a worker's memory. Default 64. */
  partitions?: number;
}

const PARTITIONS = 64;

/**
 * Keeps one of each set of equal records. Records are equal when they are as JSON: the order of keys and white space
 * do not count, numbers compare by their decimal value. Of equal ones that are written differently the smallest text
 * (byte by byte) stays.
 *
 * Blocks are split by the hash of the record, not records. Where a bundle has many that are twice, they leave before the shuffle.
 */
export function distinct({ partitions = PARTITIONS }: DistinctOptions = {}): PTransform<
  PCollection<PredictionBlock>,
  PCollection<PredictionBlock>
> {
  return withName("distinct", (predictions: PCollection<PredictionBlock>) =>
    predictions
      .apply(partition(partitions))
      .apply(groupByKey<number, Uint8Array>())
      .apply(asyncParDo(new KeepDistinctFn(), predictionBlockCoder)),
  );
}

/** Predictions in the global window, and a few plain JSON values that were found on the way to them. */
export type WithRiders<T> = { predictions: PCollection<PredictionBlock>; riders: PCollection<T> };

/**
 * `distinct`, with values that ride through its shuffle and come out as they were.
 *
 * Where a stage has two outputs, Flink writes each element to disk once for each of them, and Spark keeps all of them in memory. With
 * what else a job has to say riding along, the stage that reads and predicts has one.
 */
export function distinctWithRiders<T>({ partitions = PARTITIONS }: DistinctOptions = {}): PTransform<
  WithRiders<T>,
  WithRiders<T>
> {
  return withName("distinct", ({ predictions, riders }: WithRiders<T>) =>
    P([
      predictions.apply(partition(partitions)),
      riders.apply(asyncParDo(new RideFn<T>(partitions), keyedBytesCoder)),
    ])
      .apply(withName("together", flatten()))
      .apply(groupByKey<number, Uint8Array>())
      .apply(
        asyncParDoWithOutputs(new KeepDistinctWithRidersFn<T>(partitions), {
          predictions: predictionBlockCoder,
          riders: jsonCoder<T>(),
        }),
      ),
  );
}

function partition(
  partitions: number,
): PTransform<PCollection<PredictionBlock>, PCollection<KV<number, Uint8Array>>> {
  return asyncParDo(new PartitionFn(partitions), keyedBytesCoder, { window: windowParam() });
}

interface PartitionContext {
  window: ParDoLookupParam<Window>;
}

/** Splits blocks by the hash of their records; a bundle's rows wait here by window. */
class PartitionFn implements AsyncDoFn<PredictionBlock, KV<number, Uint8Array>, PartitionContext> {
  beamName = "partition";
  private windows!: Map<string, { window: Window; rows: WaitingRows }>;
  /** Rows that are not in use: to find new memory for each bundle took a third of the time. */
  private spare: WaitingRows | undefined;

  constructor(readonly partitions: number) {}

  startBundle(): void {
    this.windows = new Map();
  }

  *process(block: PredictionBlock, context: PartitionContext): Generator<KV<number, Uint8Array>> {
    const rows = this.rowsOf(context.window.lookup());
    const sent = rows.add(block, recordHashes(block.records, block.flat));
    for (const { partition, bytes } of sent) yield { key: partition, value: bytes };
  }

  *finishBundle(): Generator<WindowedValue<KV<number, Uint8Array>>> {
    for (const { window, rows } of this.windows.values()) {
      for (const { partition, bytes } of rows.takeRest())
        yield atEndOf(window, { key: partition, value: bytes });
      this.spare = rows;
    }
    this.windows.clear();
  }

  private rowsOf(window: Window): WaitingRows {
    const name =
      window instanceof IntervalWindow ? `${window.start.toString()}-${window.end.toString()}` : "global";
    let known = this.windows.get(name);
    if (known === undefined) {
      known = { window, rows: this.spare ?? new WaitingRows(this.partitions) };
      this.spare = undefined;
      this.windows.set(name, known);
    }
    return known.rows;
  }
}

/** Gives riders a partition of their own, the one after the last. */
class RideFn<T> implements AsyncDoFn<T, KV<number, Uint8Array>> {
  beamName = "ride";
  constructor(readonly partitions: number) {}

  *process(value: T): Generator<KV<number, Uint8Array>> {
    yield { key: this.partitions, value: Buffer.from(JSON.stringify(value)) };
  }
}

/** Keeps what is distinct in a partition. */
class KeepDistinctFn implements AsyncDoFn<KV<number, Iterable<Uint8Array>>, PredictionBlock> {
  beamName = "keepDistinct";

  *process({ value: blocks }: KV<number, Iterable<Uint8Array>>): Generator<PredictionBlock> {
    yield* distinctOf(blocks);
  }
}

/** Keeps what is distinct in a partition, and lets the riders out. */
class KeepDistinctWithRidersFn<T> implements AsyncDoFn<
  KV<number, Iterable<Uint8Array>>,
  Tagged<{ predictions: PredictionBlock; riders: T }>
> {
  beamName = "keepDistinct";
  constructor(readonly partitions: number) {}

  *process({
    key,
    value,
  }: KV<number, Iterable<Uint8Array>>): Generator<Tagged<{ predictions: PredictionBlock; riders: T }>> {
    if (key === this.partitions) {
      for (const rider of value)
        yield { tag: "riders", value: JSON.parse(Buffer.from(rider).toString("utf8")) as T };
    } else {
      for (const block of distinctOf(value)) yield { tag: "predictions", value: block };
    }
  }
}

/** How many rows the partition before had, partitions are alike; and so many at most, since one may have been much larger than others. */
let usualRows = 0;
const MOST_EXPECTED = 1 << 20;

function* distinctOf(blocks: Iterable<Uint8Array>): Generator<PredictionBlock> {
  const distinctRows = new DistinctRows(usualRows);
  for (const block of blocks) distinctRows.add(decodeKeyedBlock(block));
  usualRows = Math.min(distinctRows.length, MOST_EXPECTED);
  yield* distinctRows.drain();
}

requireForSerialization("beam-predict/transforms", {
  PartitionFn,
  RideFn,
  KeepDistinctFn,
  KeepDistinctWithRidersFn,
});
