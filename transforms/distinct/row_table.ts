// Which rows have a hash: a hash table of numbers alone, so that a million rows are no objects.
import { lengthened } from "../../storage";

/** The fewest slots of a table. */
const FEWEST_SLOTS = 256;
/** How much of the slots is taken at most. */
const FULL = 3 / 4;
const GROWTH = 4;

/**
 * Rows by their hashes, which several may have; each gets the next number. Open addressing over slots of four bytes that hold a
 * row: where there are 64 tables, one a partition, slots that held the hash too did not fit into the processor's caches, and a row
 * took 1 µs instead of 0.2. A byte for each slot tells most other hashes, so that the hash of a row, which is anywhere in memory, is
 * looked at where it is most likely the same.
 */
export class RowTable {
  /** A row plus one, or 0 where there is none. */
  private slots: Int32Array;
  /** Of each slot the tag of its row's hash, or 0 where it is empty. */
  private tags: Uint8Array;
  private taken = 0;
  /** Of each row its hash; NaN for one whose place another has taken. */
  private hashOf: Float64Array;
  private count = 0;

  /** @param expected how many rows there will be: where it is known, nothing has to grow, which took a third of the time */
  constructor(expected = 0) {
    let slots = FEWEST_SLOTS;
    while (slots * FULL < expected) slots *= 2;
    this.slots = new Int32Array(slots);
    this.tags = new Uint8Array(slots);
    this.hashOf = new Float64Array(slots);
  }

  /** How many rows there are, those that were replaced among them. */
  get length(): number {
    return this.count;
  }

  /** The slot where a hash stands, or else the empty one where it would. */
  first(hash: number): number {
    return this.find(hash, hash & (this.slots.length - 1));
  }

  /** As `first`, behind a slot that has the hash. */
  next(hash: number, slot: number): number {
    return this.find(hash, (slot + 1) & (this.slots.length - 1));
  }

  /** The row in a slot; -1 where it is empty. */
  rowAt(slot: number): number {
    return this.slots[slot] - 1;
  }

  /**
   * Adds a row: into an empty slot, or in the place of one with the same hash. Slots that were found before are not valid behind it.
   * @returns its number
   */
  add(slot: number, hash: number): number {
    const row = this.count++;
    if (row === this.hashOf.length) this.hashOf = lengthened(this.hashOf, 2 * row);
    this.hashOf[row] = hash;
    const before = this.slots[slot] - 1;
    this.tags[slot] = tagOf(hash);
    this.slots[slot] = row + 1;
    if (before >= 0) this.hashOf[before] = NaN;
    else if (++this.taken > FULL * this.slots.length) this.grow();
    return row;
  }

  /** Forgets every row, and keeps the room. */
  clear(): void {
    if (this.taken > 0) {
      this.slots.fill(0);
      this.tags.fill(0);
    }
    this.taken = 0;
    this.count = 0;
  }

  private find(hash: number, slot: number): number {
    const { hashOf, slots, tags } = this;
    const mask = slots.length - 1;
    const wanted = tagOf(hash);
    for (let tag = tags[slot]; tag !== 0; tag = tags[slot]) {
      if (tag === wanted && hashOf[slots[slot] - 1] === hash) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Row by row, so that only the slots are anywhere in memory. */
  private grow(): void {
    const { hashOf, count } = this;
    const size = GROWTH * this.slots.length;
    const slots = (this.slots = new Int32Array(size));
    const tags = (this.tags = new Uint8Array(size));
    for (let row = 0; row < count; row++) {
      const hash = hashOf[row];
      if (Number.isNaN(hash)) continue;
      let slot = hash & (size - 1);
      while (tags[slot] !== 0) slot = (slot + 1) & (size - 1);
      tags[slot] = tagOf(hash);
      slots[slot] = row + 1;
    }
  }
}

/** A byte of a hash that is not 0: of bits that choose a slot only in the largest tables. */
function tagOf(hash: number): number {
  return ((hash | 0) >>> 25) + 1;
}
