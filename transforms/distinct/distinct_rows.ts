// The rows of a partition behind the shuffle: blocks of them, of which each record stays once.
import type { KeyedBlock } from "../blocks/keyed_block";
import type { RowBlock } from "../blocks/row_block";
import { orderOf } from "./record_order";
import { RowTable } from "./row_table";

/**
 * Keeps one of each set of equal records, of those written differently the smallest text.
 *
 * Rows are not copied: a row costs no more than its place in a table. Rows are numbered over all blocks that were kept.
 */
export class DistinctRows {
  private readonly table: RowTable;
  private blocks: RowBlock[] = [];
  /** The number of the first row of each block. */
  private firsts: number[] = [];
  /** Rows whose place a smaller text has taken. */
  private readonly replaced = new Set<number>();

  /** @param expected about how many rows there will be */
  constructor(expected?: number) {
    this.table = new RowTable(expected);
  }

  /** How many rows there are. */
  get length(): number {
    return this.table.length - this.replaced.size;
  }

  /** Adds the rows of a block that are not there yet. */
  add({ rows, hashes }: KeyedBlock): void {
    const fresh = new Uint32Array(hashes.length);
    const first = this.table.length;
    for (let i = 0; i < hashes.length; i++) {
      const slot = this.slotFor(rows, i, hashes[i], fresh, first);
      if (slot !== undefined) fresh[this.table.add(slot, hashes[i]) - first] = i;
    }
    const count = this.table.length - first;
    if (count === 0) return;
    this.firsts.push(first);
    this.blocks.push(count === hashes.length ? rows : rows.pick(fresh.subarray(0, count)));
  }

  /** The rows in blocks; afterwards there are none. */
  *drain(): Generator<RowBlock> {
    const { blocks, firsts } = this;
    for (const [b, block] of blocks.entries()) {
      if (this.replaced.size === 0) {
        yield block;
        continue;
      }
      const rows = Uint32Array.from(block.outcomes.keys()).filter((i) => !this.replaced.has(firsts[b] + i));
      yield rows.length === block.length ? block : block.pick(rows);
    }
    this.table.clear();
    this.replaced.clear();
    this.blocks = [];
    this.firsts = [];
  }

  /**
   * The slot that a row takes: an empty one, or that of a larger text; undefined when an equal one stays.
   * @param fresh the rows of the same block that have theirs already
   * @param first the number of the first of them
   */
  private slotFor(
    rows: RowBlock,
    i: number,
    hash: number,
    fresh: Uint32Array,
    first: number,
  ): number | undefined {
    const { table } = this;
    for (let slot = table.first(hash); ; slot = table.next(hash, slot)) {
      const row = table.rowAt(slot);
      if (row < 0) return slot;
      const [known, at] = row < first ? this.placeOf(row) : [rows, fresh[row - first]];
      const order = orderOf(rows, i, known, at);
      if (order === "other") continue;
      if (order !== "smaller") return undefined;
      this.replaced.add(row);
      return slot;
    }
  }

  /** The block of a row and its index there. */
  private placeOf(row: number): [block: RowBlock, i: number] {
    const { firsts, blocks } = this;
    let [low, high] = [0, firsts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (firsts[middle] <= row) low = middle;
      else high = middle;
    }
    return [blocks[low], row - firsts[low]];
  }
}
