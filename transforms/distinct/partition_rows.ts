// The rows of a partition before the shuffle: those of a bundle that are distinct, until they are enough to be sent.
import { PredictionBlockBuilder, type PredictionBlock } from "../blocks/prediction_block";
import type { KeyedBlock } from "../blocks/keyed_block";
import { orderOf } from "./record_order";
import { RowTable } from "./row_table";

/** Rows of which no two hold equal records. Of equal ones written differently the smallest text stays. */
export class PartitionRows {
  private readonly rows = new PredictionBlockBuilder();
  private readonly table = new RowTable();
  /** Of each row its hash, or -1 when a smaller text has taken its place. */
  private readonly hashes: number[] = [];
  private replaced = 0;

  /** The bytes of their texts. */
  get size(): number {
    return this.rows.size;
  }

  /** Adds record `i` of a block, a copy, unless one equal to it is there. `hash` is its `recordHash`. */
  add(block: PredictionBlock, i: number, hash: number): void {
    const { table } = this;
    for (let slot = table.first(hash); ; slot = table.next(hash, slot)) {
      const row = table.rowAt(slot);
      if (row < 0) {
        table.insert(slot, hash, this.append(block, i, hash));
        return;
      }
      const order = orderOf(block.records, i, this.rows.records, row);
      if (order === "other") continue;
      if (order === "smaller") {
        this.hashes[row] = -1;
        this.replaced++;
        table.replace(slot, this.append(block, i, hash));
      }
      return;
    }
  }

  /** The rows with their hashes, or nothing; afterwards there are none. */
  take(): KeyedBlock | undefined {
    const { hashes, replaced } = this;
    if (hashes.length === 0) return undefined;
    const all = { rows: this.rows.build(), hashes: Float64Array.from(hashes) };
    this.table.clear();
    hashes.length = 0;
    this.replaced = 0;
    return replaced === 0 ? all : withoutReplaced(all);
  }

  private append(block: PredictionBlock, i: number, hash: number): number {
    this.rows.addFrom(block, i);
    return this.hashes.push(hash) - 1;
  }
}

function withoutReplaced({ rows, hashes }: KeyedBlock): KeyedBlock {
  const kept = new PredictionBlockBuilder();
  hashes.forEach((hash, row) => {
    if (hash >= 0) kept.addFrom(rows, row);
  });
  return { rows: kept.build(), hashes: hashes.filter((hash) => hash >= 0) };
}
