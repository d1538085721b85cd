// The rows of a partition before the shuffle: those of a bundle that are distinct, until they are enough to be sent.
import { ByteColumnBuilder } from "../../storage";
import { decodeKeyedBlock, encodeKeyedBlock } from "../blocks/keyed_block";
import { PredictionBlockBuilder, type PredictionBlock } from "../blocks/prediction_block";
import { orderOf } from "./record_order";
import { RowTable } from "./row_table";

/** How many rows there is room for at first. */
const FIRST_ROWS = 64;

/** Rows of which no two hold equal records. Of equal ones written differently the smallest text stays. */
export class PartitionRows {
  private readonly records = new ByteColumnBuilder();
  private readonly predictions = new ByteColumnBuilder();
  private readonly table = new RowTable();
  private outcomes = new Uint8Array(FIRST_ROWS);
  /** Rows whose place a smaller text has taken. */
  private readonly replaced = new Set<number>();

  /** The bytes of their texts. */
  get size(): number {
    return this.records.size + this.predictions.size;
  }

  /** Adds record `i` of a block, a copy, unless one equal to it is there. `hash` is its `recordHash`. */
  add(block: PredictionBlock, i: number, hash: number): void {
    const { table } = this;
    for (let slot = table.first(hash); ; slot = table.next(hash, slot)) {
      const row = table.rowAt(slot);
      if (row < 0) {
        this.append(block, i, table.add(slot, hash));
        return;
      }
      const order = orderOf(block.records, i, this.records, row);
      if (order === "other") continue;
      if (order === "smaller") {
        this.replaced.add(row);
        this.append(block, i, table.add(slot, hash));
      }
      return;
    }
  }

  /** The rows as bytes (`decodeKeyedBlock`), or nothing; afterwards there are none, and their room is kept. */
  take(): Buffer | undefined {
    const { records, predictions, table, replaced } = this;
    if (table.length === 0) return undefined;
    const outcomes = this.outcomes.subarray(0, table.length);
    let bytes = encodeKeyedBlock({ rows: { records, predictions, outcomes }, hashes: table.hashes });
    if (replaced.size > 0) bytes = without(replaced, bytes);
    records.clear();
    predictions.clear();
    table.clear();
    replaced.clear();
    return bytes;
  }

  private append(block: PredictionBlock, i: number, row: number): void {
    const { records, predictions, outcomes } = block;
    if (row === this.outcomes.length) {
      const known = this.outcomes;
      this.outcomes = new Uint8Array(2 * row);
      this.outcomes.set(known);
    }
    this.records.add(records, records.start(i), records.ends[i]);
    this.predictions.add(predictions, predictions.start(i), predictions.ends[i]);
    this.outcomes[row] = outcomes[i];
  }
}

function without(replaced: ReadonlySet<number>, bytes: Buffer): Buffer {
  const { rows, hashes } = decodeKeyedBlock(bytes);
  const kept = new PredictionBlockBuilder();
  for (const row of hashes.keys()) if (!replaced.has(row)) kept.addFrom(rows, row);
  return encodeKeyedBlock({ rows: kept.build(), hashes: hashes.filter((_, row) => !replaced.has(row)) });
}
