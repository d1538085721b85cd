// Room for the rows of all partitions side by side: one slab of memory for each of their columns.
import { ByteColumn, viewOf } from "../../storage";
import { copyText, LONG, WORD } from "../../storage/text_words";
import { encodeKeyedBlock } from "../blocks/keyed_block";
import type { PredictionBlock } from "../blocks/prediction_block";

/** The room of a partition at first: for its records, for its predictions (bytes) and for so many rows. It grows eightfold: memory that is not written to yet costs nothing. */
const GROWTH = 8;
const FIRST_ROOM = { bytes: 1 << 15, rows: 1 << 9 };

/**
 * Rows by partition. What is added is copied into the partition's part of each slab, and comes out as one block.
 *
 * With 64 partitions that were objects with buffers of their own a row of 110 bytes took 400 ns: what such an object is made of did
 * not fit into the processor's nearest cache. Sorting rows first, to copy them once, took longer still.
 */
export class RowSlabs {
  /** Of each partition, how many rows there are, and how many bytes of records and predictions. */
  readonly counts: Int32Array;
  private readonly recordSizes: Int32Array;
  private readonly predictionSizes: Int32Array;
  /** The room of each partition. */
  private room = FIRST_ROOM;
  private slabs: Slabs;
  private columns: ByteColumn[] = [];

  constructor(private readonly partitions: number) {
    this.counts = new Int32Array(partitions);
    this.recordSizes = new Int32Array(partitions);
    this.predictionSizes = new Int32Array(partitions);
    this.slabs = new Slabs(partitions, this.room);
  }

  /** The bytes of a partition's texts. */
  size(partition: number): number {
    return this.recordSizes[partition] + this.predictionSizes[partition];
  }

  /** Copies row `i` of a block. */
  add(partition: number, block: PredictionBlock, i: number, hash: number): void {
    const { records, predictions, outcomes } = block;
    const recordFrom = i === 0 ? 0 : records.ends[i - 1];
    const recordSize = records.ends[i] - recordFrom;
    const predictionFrom = i === 0 ? 0 : predictions.ends[i - 1];
    const predictionSize = predictions.ends[i] - predictionFrom;
    const count = this.counts[partition];
    const recordsEnd = this.recordSizes[partition] + recordSize;
    const predictionsEnd = this.predictionSizes[partition] + predictionSize;
    // The last word of a text may be too long.
    const needed = Math.max(recordsEnd, predictionsEnd) + WORD;
    if (needed > this.room.bytes || count === this.room.rows) this.grow(needed, count + 1);
    const { slabs } = this;
    const { bytes, rows } = this.room;
    const row = partition * rows + count;
    const recordAt = partition * bytes + recordsEnd - recordSize;
    copy(records, recordFrom, recordSize, slabs.recordView, recordAt);
    const predictionAt = partition * bytes + predictionsEnd - predictionSize;
    copy(predictions, predictionFrom, predictionSize, slabs.predictionView, predictionAt);
    slabs.recordEnds[row] = this.recordSizes[partition] = recordsEnd;
    slabs.predictionEnds[row] = this.predictionSizes[partition] = predictionsEnd;
    slabs.outcomes[row] = outcomes[i];
    slabs.hashes[row] = hash;
    this.counts[partition] = count + 1;
  }

  /** The records of a partition: as many as it has, and behind them nothing that counts. Valid until something is added. */
  records(partition: number): ByteColumn {
    const { bytes, rows } = this.room;
    const from = partition * bytes;
    const first = partition * rows;
    return (this.columns[partition] ??= new ByteColumn(
      this.slabs.records.subarray(from, from + bytes),
      this.slabs.recordEnds.subarray(first, first + rows),
    ));
  }

  /** The rows of a partition as a `KeyedBlock` is encoded; afterwards it has none. */
  take(partition: number): Buffer {
    const { counts, recordSizes, predictionSizes, slabs } = this;
    const from = partition * this.room.bytes;
    const first = partition * this.room.rows;
    const last = first + counts[partition];
    const rows = {
      records: new ByteColumn(
        slabs.records.subarray(from, from + recordSizes[partition]),
        slabs.recordEnds.subarray(first, last),
      ),
      predictions: new ByteColumn(
        slabs.predictions.subarray(from, from + predictionSizes[partition]),
        slabs.predictionEnds.subarray(first, last),
      ),
      outcomes: slabs.outcomes.subarray(first, last),
    };
    counts[partition] = recordSizes[partition] = predictionSizes[partition] = 0;
    return encodeKeyedBlock({ rows, hashes: slabs.hashes.subarray(first, last) });
  }

  /** Gives each partition more room, so that there is enough for one that needs it. */
  private grow(bytes: number, rows: number): void {
    const { partitions, room, slabs } = this;
    const grown = { ...room };
    while (grown.bytes < bytes) grown.bytes *= GROWTH;
    while (grown.rows < rows) grown.rows *= GROWTH;
    const larger = new Slabs(partitions, grown);
    for (let partition = 0; partition < partitions; partition++) larger.take(slabs, partition, room, grown);
    this.room = grown;
    this.slabs = larger;
    this.columns = [];
  }
}

interface Room {
  bytes: number;
  rows: number;
}

/** The columns of all partitions. */
class Slabs {
  readonly records: Buffer;
  readonly recordView: DataView;
  readonly recordEnds: Uint32Array<ArrayBuffer>;
  readonly predictions: Buffer;
  readonly predictionView: DataView;
  readonly predictionEnds: Uint32Array<ArrayBuffer>;
  readonly outcomes: Uint8Array<ArrayBuffer>;
  readonly hashes: Float64Array<ArrayBuffer>;

  constructor(partitions: number, { bytes, rows }: Room) {
    this.records = Buffer.allocUnsafeSlow(partitions * bytes);
    this.recordView = viewOf(this.records);
    this.recordEnds = new Uint32Array(partitions * rows);
    this.predictions = Buffer.allocUnsafeSlow(partitions * bytes);
    this.predictionView = viewOf(this.predictions);
    this.predictionEnds = new Uint32Array(partitions * rows);
    this.outcomes = new Uint8Array(partitions * rows);
    this.hashes = new Float64Array(partitions * rows);
  }

  /** Takes over what a partition has in smaller slabs. */
  take(from: Slabs, partition: number, { bytes, rows }: Room, to: Room): void {
    const row = partition * rows;
    const toRow = partition * to.rows;
    from.records.copy(this.records, partition * to.bytes, partition * bytes, (partition + 1) * bytes);
    from.predictions.copy(this.predictions, partition * to.bytes, partition * bytes, (partition + 1) * bytes);
    this.recordEnds.set(from.recordEnds.subarray(row, row + rows), toRow);
    this.predictionEnds.set(from.predictionEnds.subarray(row, row + rows), toRow);
    this.outcomes.set(from.outcomes.subarray(row, row + rows), toRow);
    this.hashes.set(from.hashes.subarray(row, row + rows), toRow);
  }
}

/** Copies a text; words behind its end may be written to. With `copyText` for all of them the split took a third longer. */
function copy({ bytes, view }: ByteColumn, from: number, size: number, target: DataView, at: number): void {
  if (size >= LONG || from + size > bytes.length - WORD) copyText(view, from, from + size, target, at);
  else for (let k = 0; k < size; k += WORD) target.setFloat64(at + k, view.getFloat64(from + k, true), true);
}
