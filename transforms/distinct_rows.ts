// A hash table of distinct records: what `distinct` keeps before and behind the shuffle.
import { Canonicalizer, compareBytes, hash53 } from "../storage";
import { PredictionBlockBuilder, type PredictionBlock } from "./blocks/prediction_block";

const left = new Canonicalizer();
const right = new Canonicalizer();

/** The hash of record `i` of a block: the same for all records that are equal as JSON, however they are written. */
export function recordHash({ records }: PredictionBlock, i: number): number {
  const size = left.canonicalize(records.bytes, records.start(i), records.ends[i]);
  return hash53(left.bytes, 0, size);
}

/** Rows of which no two hold equal records. Of equal ones written differently the smallest text stays. */
export class DistinctRows {
  private readonly rows = new PredictionBlockBuilder();
  /** Of each row its hash, or -1 when a smaller text has taken its place. */
  private hashes: number[] = [];
  private replaced = 0;
  /** Open addressing: the number of a row plus one, or 0. */
  private slots = new Int32Array(256);

  /** How many rows there are. */
  get length(): number {
    return this.rows.length - this.replaced;
  }

  /** The bytes that they take. */
  get size(): number {
    return this.rows.size;
  }

  /** Adds record `i` of a block unless one equal to it is there. `hash` is its `recordHash`. */
  add(block: PredictionBlock, i: number, hash: number): void {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.slots[slot] - 1;
      if (row < 0) {
        this.append(block, i, hash, slot);
        if (2 * this.rows.length > this.slots.length) this.grow();
        return;
      }
      if (this.hashes[row] !== hash) continue;
      const order = this.compareTexts(block, i, row);
      if (order === 0) return;
      if (!this.isEqual(block, i, row)) continue;
      if (order < 0) {
        this.hashes[row] = -1;
        this.replaced++;
        this.append(block, i, hash, slot);
      }
      return;
    }
  }

  /** The rows and their hashes in blocks of at most `limit`; afterwards there are none. */
  *drain(limit: number): Generator<{ rows: PredictionBlock; hashes: Float64Array }> {
    const { rows, hashes } = this.takeAll();
    for (let from = 0; from < hashes.length; from += limit) {
      const to = Math.min(from + limit, hashes.length);
      yield {
        rows: {
          records: rows.records.slice(from, to),
          predictions: rows.predictions.slice(from, to),
          outcomes: rows.outcomes.subarray(from, to),
        },
        hashes: hashes.subarray(from, to),
      };
    }
  }

  private takeAll(): { rows: PredictionBlock; hashes: Float64Array } {
    const all = this.rows.build();
    const { hashes, replaced } = this;
    this.hashes = [];
    this.replaced = 0;
    this.slots = new Int32Array(256);
    // Rarely is a row replaced; unless one is, nothing is copied again.
    if (replaced === 0) return { rows: all, hashes: Float64Array.from(hashes) };
    const kept = new PredictionBlockBuilder();
    hashes.forEach((hash, row) => {
      if (hash >= 0) kept.addFrom(all, row);
    });
    return { rows: kept.build(), hashes: Float64Array.from(hashes.filter((hash) => hash >= 0)) };
  }

  private append(block: PredictionBlock, i: number, hash: number, slot: number): void {
    this.rows.addFrom(block, i);
    this.hashes.push(hash);
    this.slots[slot] = this.rows.length;
  }

  private grow(): void {
    this.slots = new Int32Array(4 * this.slots.length);
    const mask = this.slots.length - 1;
    this.hashes.forEach((hash, row) => {
      if (hash < 0) return;
      let slot = hash & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = row + 1;
    });
  }

  private compareTexts({ records }: PredictionBlock, i: number, row: number): number {
    const kept = this.rows.records;
    return compareBytes(
      records.bytes,
      records.start(i),
      records.ends[i],
      kept.bytes,
      kept.start(row),
      kept.end(row),
    );
  }

  /** Whether two records with the same hash are equal as JSON. */
  private isEqual({ records }: PredictionBlock, i: number, row: number): boolean {
    const kept = this.rows.records;
    const a = left.canonicalize(records.bytes, records.start(i), records.ends[i]);
    const b = right.canonicalize(kept.bytes, kept.start(row), kept.end(row));
    return compareBytes(left.bytes, 0, a, right.bytes, 0, b) === 0;
  }
}
