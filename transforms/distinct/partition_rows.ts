// The rows of a partition before the shuffle: those of a bundle, hardly any twice, until they are enough to be sent.
import { decodeKeyedBlock, encodeKeyedBlock } from "../blocks/keyed_block";
import { pickRows, PredictionBlockBuilder, type PredictionBlock } from "../blocks/prediction_block";
import { orderOf } from "./record_order";
import { RowTable } from "./row_table";

/** Where fewer of so many rows were there before, a fill is held to have found hardly any. */
const ROWS_A_DUPLICATE = 64;
/** Fills of fewer rows tell nothing. */
const TELLING_ROWS = 256;
/** How many fills are then taken as they come. */
const UNCHECKED_FILLS = 15;

/**
 * Rows for the shuffle, by fills: what is added until it is taken. Of a fill that is looked through no two rows hold equal records; of
 * equal ones written differently the smallest text stays.
 *
 * Behind the shuffle all are compared again, so this only saves the shuffle work. Where a fill had hardly any that were equal, the next
 * ones are taken as they come: with 64 partitions a fifth of 810 ns a row went into looking for it.
 */
export class PartitionRows {
  private readonly rows = new PredictionBlockBuilder();
  /** Numbers rows as they are added, as `rows` does. */
  private readonly table = new RowTable();
  /** Rows whose place a smaller text has taken. */
  private readonly replaced = new Set<number>();
  /** How many were not added, in this fill. */
  private dropped = 0;
  private uncheckedFills = 0;

  /** The bytes of their texts. */
  get size(): number {
    return this.rows.size;
  }

  /** Adds record `i` of a block, a copy, unless one equal to it is known to be there. `hash` is its `recordHash`. */
  add(block: PredictionBlock, i: number, hash: number): void {
    if (this.uncheckedFills > 0) this.table.append(hash);
    else if (!this.enter(block, i, hash)) return;
    this.rows.addFrom(block, i);
  }

  /** The rows as bytes (`decodeKeyedBlock`), or nothing; afterwards there are none, and their room is kept. */
  take(): Buffer | undefined {
    const { rows, table, replaced } = this;
    if (table.length === 0) return undefined;
    let bytes = encodeKeyedBlock({ rows, hashes: table.hashes });
    if (replaced.size > 0) bytes = without(replaced, bytes);
    if (this.uncheckedFills > 0) this.uncheckedFills--;
    else if (this.hasHardlyAny()) this.uncheckedFills = UNCHECKED_FILLS;
    this.dropped = 0;
    rows.clear();
    table.clear();
    replaced.clear();
    return bytes;
  }

  /** Gives a row its place in the table; returns false when an equal one has it. */
  private enter(block: PredictionBlock, i: number, hash: number): boolean {
    const { rows, table } = this;
    let slot = table.first(hash);
    for (let row = table.rowAt(slot); row >= 0; row = table.rowAt(slot)) {
      const order = orderOf(block.records, i, rows.records, row);
      if (order === "smaller") {
        this.replaced.add(row);
        break;
      }
      if (order !== "other") {
        this.dropped++;
        return false;
      }
      slot = table.next(hash, slot);
    }
    table.add(slot, hash);
    return true;
  }

  /** Whether hardly any row was equal to one before it. */
  private hasHardlyAny(): boolean {
    const { table, replaced, dropped } = this;
    return table.length >= TELLING_ROWS && ROWS_A_DUPLICATE * (dropped + replaced.size) < table.length;
  }
}

function without(replaced: ReadonlySet<number>, bytes: Buffer): Buffer {
  const { rows, hashes } = decodeKeyedBlock(bytes);
  const kept = [...hashes.keys()].filter((row) => !replaced.has(row));
  return encodeKeyedBlock({
    rows: pickRows(rows, kept),
    hashes: Float64Array.from(kept, (row) => hashes[row]),
  });
}
