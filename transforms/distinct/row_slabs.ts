// Room for the rows of all partitions side by side in one slab of memory.
import { viewOf } from "../../storage";
import { copyText, LONG, WORD } from "../../storage/text_words";
import {
  BLOCK_HEAD,
  HASH_AT,
  OUTCOME_SHIFT,
  RECORD_SIZE_AT,
  ROW_HEAD,
  rowEnd,
  SIZE_MASK,
  writeBlockHead,
  writeRowHead,
} from "../blocks/keyed_block";
import type { PredictionBlock } from "../blocks/prediction_block";
import type { Texts } from "./record_order";

/** The room of a partition at first, in bytes; memory that is not written to yet costs nothing. It grows eightfold. */
const FIRST_ROOM = 1 << 15;
const GROWTH = 8;

/**
 * Rows by partition. What is added is copied into the partition's part of the slab, as it goes through the shuffle, and comes out as
 * a block.
 *
 * With columns side by side a row of 110 bytes took 350 ns with 64 partitions, of which each had a place of its own in six columns: more
 * than the processor's nearest cache has lines. Sorting rows first took longer still.
 */
export class RowSlabs {
  /** Of each partition, how many rows there are, and how many bytes are written. */
  readonly counts: Int32Array;
  private readonly ends: Int32Array;
  /** The room of each partition. */
  private room = FIRST_ROOM;
  private bytes: Buffer;
  private view: DataView;
  /** Where each row begins, from where those of its partition do. */
  private starts: Int32Array;
  private readonly texts: Texts[] = [];

  constructor(private readonly partitions: number) {
    this.counts = new Int32Array(partitions);
    this.ends = new Int32Array(partitions);
    this.bytes = Buffer.allocUnsafeSlow(partitions * this.room);
    this.view = viewOf(this.bytes);
    this.starts = new Int32Array((partitions * this.room) / ROW_HEAD);
  }

  /** The bytes of a partition's rows. */
  size(partition: number): number {
    return this.ends[partition];
  }

  /**
   * Copies rows of a block from row `i` on, as long as the partition of each has room below `most` bytes, no row is too large, and its
   * partition is one of those that take rows unseen. With calls of `rowEnd` and `writeRowHead` a row took 280 ns instead of 200.
   * @param unseen how often each partition takes rows unseen
   * @returns the first row that was not copied
   */
  addRows(
    { records, predictions, outcomes }: PredictionBlock,
    hashes: Float64Array,
    i: number,
    unseen: Int32Array,
    most: number,
  ): number {
    const { partitions, room, view, counts, ends, starts } = this;
    const { view: recordView, ends: recordEnds } = records;
    const { view: predictionView, ends: predictionEnds } = predictions;
    const last = Math.min(most, room - WORD);
    // A word must not be taken from behind a column.
    const recordLimit = records.bytes.length - WORD;
    const predictionLimit = predictions.bytes.length - WORD;
    for (; i < hashes.length; i++) {
      const hash = hashes[i];
      const partition = partitionOf(hash, partitions);
      const recordFrom = i === 0 ? 0 : recordEnds[i - 1];
      const recordSize = recordEnds[i] - recordFrom;
      const predictionFrom = i === 0 ? 0 : predictionEnds[i - 1];
      const predictionSize = predictionEnds[i] - predictionFrom;
      const start = ends[partition];
      const end = (start + ROW_HEAD + recordSize + predictionSize + WORD - 1) & -WORD;
      if (unseen[partition] === 0 || end > last || end - start > LONG) return i;
      if (recordEnds[i] > recordLimit || predictionEnds[i] > predictionLimit) return i;
      let at = partition * room + start;
      view.setInt32(at, predictionSize, true);
      view.setInt32(at + RECORD_SIZE_AT, recordSize | (outcomes[i] << OUTCOME_SHIFT), true);
      view.setFloat64(at + HASH_AT, hash, true);
      at += ROW_HEAD;
      for (let k = 0; k < recordSize; k += WORD)
        view.setFloat64(at + k, recordView.getFloat64(recordFrom + k, true), true);
      at += recordSize;
      for (let k = 0; k < predictionSize; k += WORD)
        view.setFloat64(at + k, predictionView.getFloat64(predictionFrom + k, true), true);
      starts[(partition * room) / ROW_HEAD + counts[partition]++] = start;
      ends[partition] = end;
    }
    return i;
  }

  /** Copies row `i` of a block. */
  add(partition: number, block: PredictionBlock, i: number, hash: number): void {
    const { records, predictions, outcomes } = block;
    const [recordFrom, recordEnd] = [records.start(i), records.end(i)];
    const [predictionFrom, predictionEnd] = [predictions.start(i), predictions.end(i)];
    const [recordSize, predictionSize] = [recordEnd - recordFrom, predictionEnd - predictionFrom];
    const start = this.ends[partition];
    // Rows begin at whole words; the last word of a text may be too long.
    const end = rowEnd(start, recordSize, predictionSize);
    if (end + WORD > this.room) this.grow(end + WORD);
    const { view } = this;
    const at = partition * this.room + start;
    writeRowHead(view, at, recordSize, predictionSize, outcomes[i], hash);
    // What fills up the last word is from a row before, perhaps a hash.
    view.setFloat64(at + end - start - WORD, 0, true);
    const predictionAt = copyText(records.view, recordFrom, recordEnd, view, at + ROW_HEAD);
    copyText(predictions.view, predictionFrom, predictionEnd, view, predictionAt);
    this.starts[(partition * this.room) / ROW_HEAD + this.counts[partition]++] = start;
    this.ends[partition] = end;
  }

  /** The records of a partition. Valid until something is added. */
  records(partition: number): Texts {
    return (this.texts[partition] ??= this.textsOf(partition));
  }

  /** The rows of a partition as a `KeyedBlock` is encoded; afterwards it has none. */
  take(partition: number): Buffer {
    const { counts, ends } = this;
    const from = partition * this.room;
    const block = Buffer.allocUnsafeSlow(BLOCK_HEAD + ends[partition]);
    writeBlockHead(block, counts[partition]);
    this.bytes.copy(block, BLOCK_HEAD, from, from + ends[partition]);
    counts[partition] = ends[partition] = 0;
    return block;
  }

  private textsOf(partition: number): Texts {
    const { bytes, view, starts } = this;
    const first = partition * this.room;
    const start = (i: number): number => first + starts[first / ROW_HEAD + i] + ROW_HEAD;
    const size = (i: number): number => view.getInt32(start(i) - ROW_HEAD + RECORD_SIZE_AT, true) & SIZE_MASK;
    return { bytes, view, start, end: (i) => start(i) + size(i) };
  }

  /** Gives each partition more room, so that there is enough for one that needs so much. */
  private grow(needed: number): void {
    const { partitions, room, bytes, starts } = this;
    while (this.room < needed) this.room *= GROWTH;
    this.bytes = Buffer.allocUnsafeSlow(partitions * this.room);
    this.view = viewOf(this.bytes);
    this.starts = new Int32Array((partitions * this.room) / ROW_HEAD);
    for (let partition = 0; partition < partitions; partition++) {
      const from = partition * room;
      bytes.copy(this.bytes, partition * this.room, from, from + this.ends[partition]);
      const first = from / ROW_HEAD;
      const rows = starts.subarray(first, first + this.counts[partition]);
      this.starts.set(rows, (partition * this.room) / ROW_HEAD);
    }
    this.texts.length = 0;
  }
}

/** The partition of a hash, by its high bits: the low ones choose the slot in a table, where a partition's rows must not crowd. */
export function partitionOf(hash: number, partitions: number): number {
  return ((hash / 2 ** 32) | 0) % partitions;
}
