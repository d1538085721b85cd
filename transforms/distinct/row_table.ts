// Which rows have a hash: a hash table of numbers alone, so that a million rows are no objects.

/** How many slots a table begins with. */
const FIRST_SLOTS = 256;

/**
 * Rows by their hashes, which several may have; each gets the next number. Open addressing over slots of four bytes that hold a
 * row: where there are 64 tables, one a partition, slots that held the hash too did not fit into the processor's caches, and a row
 * took 1 µs instead of 0.2. A byte for each slot tells most other hashes, so that the hash of a row, which is anywhere in memory, is
 * looked at where it is most likely the same.
 */
export class RowTable {
  /** A row plus one, or 0 where there is none. */
  private slots = new Int32Array(FIRST_SLOTS);
  /** Of each slot the tag of its row's hash, or 0 where it is empty. */
  private tags = new Uint8Array(FIRST_SLOTS);
  private taken = 0;
  /** Of each row its hash. */
  private hashOf = new Float64Array(FIRST_SLOTS);
  private count = 0;

  /** How many rows there are, those that were replaced among them. */
  get length(): number {
    return this.count;
  }

  /** The hash of each row, until the next one is added. */
  get hashes(): Float64Array {
    return this.hashOf.subarray(0, this.count);
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
    const row = this.append(hash);
    const isEmpty = this.tags[slot] === 0;
    this.tags[slot] = tagOf(hash);
    this.slots[slot] = row + 1;
    if (isEmpty && 2 * ++this.taken > this.slots.length) this.grow();
    return row;
  }

  /**
   * Gives a hash its row.
   * @returns the row's number
   */
  private append(hash: number): number {
    const row = this.count++;
    if (row === this.hashOf.length) {
      const { hashOf } = this;
      this.hashOf = new Float64Array(2 * row);
      this.hashOf.set(hashOf);
    }
    this.hashOf[row] = hash;
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

  private grow(): void {
    const { hashOf, slots } = this;
    this.slots = new Int32Array(4 * slots.length);
    this.tags = new Uint8Array(4 * slots.length);
    const mask = this.slots.length - 1;
    for (const row of slots) {
      if (row === 0) continue;
      const hash = hashOf[row - 1];
      let slot = hash & mask;
      while (this.tags[slot] !== 0) slot = (slot + 1) & mask;
      this.tags[slot] = tagOf(hash);
      this.slots[slot] = row;
    }
  }
}

/** A byte of a hash that is not 0: of bits that choose a slot only in the largest tables. */
function tagOf(hash: number): number {
  return ((hash | 0) >>> 25) + 1;
}
