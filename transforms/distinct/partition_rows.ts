// The rows of a partition before the shuffle: those of a bundle that are distinct, until they are enough to be sent.
import { decodeKeyedBlock, encodeKeyedBlock } from "../blocks/keyed_block";
import { pickRows, PredictionBlockBuilder, type PredictionBlock } from "../blocks/prediction_block";
import { orderOf } from "./record_order";
import { RowTable } from "./row_table";

/** Rows of which no two hold equal records. Of equal ones written differently the smallest text stays. */
export class PartitionRows {
  private readonly rows = new PredictionBlockBuilder();
  /** Numbers rows as they are added, as `rows` does. */
  private readonly table = new RowTable();
  /** Rows whose place a smaller text has taken. */
  private readonly replaced = new Set<number>();

  /** The bytes of their texts. */
  get size(): number {
    return this.rows.size;
  }

  /** Adds record `i` of a block, a copy, unless one equal to it is there. `hash` is its `recordHash`. */
  add(block: PredictionBlock, i: number, hash: number): void {
    const { rows, table } = this;
    let slot = table.first(hash);
    for (let row = table.rowAt(slot); row >= 0; row = table.rowAt(slot)) {
      const order = orderOf(block.records, i, rows.records, row);
      if (order === "smaller") {
        this.replaced.add(row);
        break;
      }
      if (order !== "other") return;
      slot = table.next(hash, slot);
    }
    table.add(slot, hash);
    rows.addFrom(block, i);
  }

  /** The rows as bytes (`decodeKeyedBlock`), or nothing; afterwards there are none, and their room is kept. */
  take(): Buffer | undefined {
    const { rows, table, replaced } = this;
    if (table.length === 0) return undefined;
    let bytes = encodeKeyedBlock({ rows, hashes: table.hashes });
    if (replaced.size > 0) bytes = without(replaced, bytes);
    rows.clear();
    table.clear();
    replaced.clear();
    return bytes;
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
