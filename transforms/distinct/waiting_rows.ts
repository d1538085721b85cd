// The rows of a bundle before the shuffle: each partition's wait here, hardly any twice, until they are enough to be sent.
import { decodeKeyedBlock, encodeKeyedBlock } from "../blocks/keyed_block";
import { pickRows, type PredictionBlock } from "../blocks/prediction_block";
import { orderOf } from "./record_order";
import { partitionOf, RowSlabs } from "./row_slabs";
import { RowTable } from "./row_table";

/**
 * A partition's rows are sent when they reach this many bytes. Of a megabyte they were no faster, and to Java blocks of half a
 * megabyte and more are huge objects, which it rounds up to whole megabytes.
 */
const FULL_BYTES = (1 << 18) - (1 << 14);

/** Larger rows are sent alone: a partition then needs no more room than it has when it is full. */
const LARGE_ROW = (1 << 14) - (1 << 8);

/** Where fewer of so many rows were there before, looking for them takes longer than it saves. */
const ROWS_A_DUPLICATE = 8;
/** Fills of fewer rows tell nothing. */
const TELLING_ROWS = 256;
/** So many rows tell whether the rest of the fill is worth looking through: of equal rows there will be more than by then. */
const EARLY_ROWS = 512;
/** How many more fills are then taken as they come. */
const UNCHECKED_FILLS = 15;

/** What is sent of a partition. */
export interface Sent {
  readonly partition: number;
  /** A `KeyedBlock`, encoded. */
  readonly bytes: Buffer;
}

/**
 * Rows for the shuffle, each partition's by fills: what is added until it is sent. Of a fill that is looked through no two rows hold
 * equal records; of equal ones written differently the smallest text stays.
 *
 * Behind the shuffle all are compared again, so this only saves the shuffle work. Where a fill has hardly any that are equal, the rest of
 * it and the next ones are taken as they come: with 64 partitions a fifth of 810 ns a row went into looking for it.
 */
export class WaitingRows {
  private readonly slabs: RowSlabs;
  /** Of each partition, how many fills are to be taken as they come, and what is known of one that is looked through. */
  private readonly unchecked: Int32Array;
  private readonly fills: Fill[];

  constructor(private readonly partitions: number) {
    this.slabs = new RowSlabs(partitions);
    this.unchecked = new Int32Array(partitions);
    this.fills = Array.from({ length: partitions }, () => new Fill());
  }

  /**
   * Adds the rows of a block, copies, but those that are equal to one that is known to be there.
   * @param hashes of its records
   * @returns what has to be sent now
   */
  add(block: PredictionBlock, hashes: Float64Array): Sent[] {
    const { slabs, unchecked, partitions } = this;
    const { records, predictions, isSifted } = block;
    const sent: Sent[] = [];
    // The rest of each fill is then taken as it comes.
    if (isSifted) for (let partition = 0; partition < partitions; partition++) unchecked[partition] ||= 1;
    for (let i = 0; i < hashes.length; i++) {
      i = slabs.addRows(block, hashes, i, unchecked, FULL_BYTES);
      if (i === hashes.length) break;
      const hash = hashes[i];
      const partition = partitionOf(hash, partitions);
      if (records.end(i) - records.start(i) + predictions.end(i) - predictions.start(i) > LARGE_ROW) {
        sent.push({ partition, bytes: alone(block, i, hash) });
        continue;
      }
      if (unchecked[partition] === 0 && !this.enter(partition, block, i, hash)) continue;
      slabs.add(partition, block, i, hash);
      if (slabs.counts[partition] === EARLY_ROWS) this.judge(partition, slabs.size(partition) / FULL_BYTES);
      if (slabs.size(partition) > FULL_BYTES) sent.push(this.take(partition));
    }
    return sent;
  }

  /** All that is left. */
  *takeRest(): Generator<Sent> {
    for (let partition = 0; partition < this.partitions; partition++)
      if (this.slabs.counts[partition] > 0) yield this.take(partition);
  }

  /** Makes a row known that is about to be added; returns false when an equal one is. */
  private enter(partition: number, block: PredictionBlock, i: number, hash: number): boolean {
    const { table, replaced } = this.fills[partition];
    const known = this.slabs.records(partition);
    let slot = table.first(hash);
    for (let row = table.rowAt(slot); row >= 0; row = table.rowAt(slot)) {
      const order = orderOf(block.records, i, known, row);
      if (order === "smaller") {
        replaced.add(row);
        break;
      }
      if (order !== "other") {
        this.fills[partition].dropped++;
        return false;
      }
      slot = table.next(hash, slot);
    }
    table.add(slot, hash);
    return true;
  }

  /** Leaves off looking through fills for a while, where this one, of which there is such a part by now, has hardly any equal rows. */
  private judge(partition: number, part = 1): void {
    const { unchecked } = this;
    if (unchecked[partition] === 0 && this.fills[partition].hasHardlyAny(part))
      unchecked[partition] = UNCHECKED_FILLS + 1;
  }

  private take(partition: number): Sent {
    const { unchecked } = this;
    const fill = this.fills[partition];
    const bytes = this.slabs.take(partition);
    const { replaced } = fill;
    const kept = replaced.size > 0 ? without(replaced, bytes) : bytes;
    this.judge(partition);
    if (unchecked[partition] > 0) unchecked[partition]--;
    fill.clear();
    return { partition, bytes: kept };
  }
}

/** What is known of the rows of a fill that is looked through. */
class Fill {
  /** Numbers rows as they are added, as the slabs do. */
  readonly table = new RowTable();
  /** Rows whose place a smaller text has taken. */
  readonly replaced = new Set<number>();
  /** How many were not added. */
  dropped = 0;

  /**
   * Whether hardly any row was equal to one before it.
   * @param part of the fill that they are: with twice the rows a row is twice as likely to be there already
   */
  hasHardlyAny(part: number): boolean {
    const { table, replaced, dropped } = this;
    const found = dropped + replaced.size;
    return table.length >= TELLING_ROWS && ROWS_A_DUPLICATE * found < part * table.length;
  }

  clear(): void {
    this.table.clear();
    this.replaced.clear();
    this.dropped = 0;
  }
}

function alone(block: PredictionBlock, i: number, hash: number): Buffer {
  return encodeKeyedBlock(pickRows(block, [i]), Float64Array.of(hash));
}

function without(replaced: ReadonlySet<number>, bytes: Buffer): Buffer {
  const { rows, hashes } = decodeKeyedBlock(bytes);
  const kept = Uint32Array.from(hashes.keys()).filter((row) => !replaced.has(row));
  return encodeKeyedBlock(
    rows.pick(kept),
    Float64Array.from(kept, (row) => hashes[row]),
  );
}
