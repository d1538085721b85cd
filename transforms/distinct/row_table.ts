// Which rows have a hash: a hash table of numbers alone, so that a million rows are no objects.

/** How many slots a table begins with. */
const FIRST_SLOTS = 256;

/**
 * Rows by their hashes, which several may have. Open addressing: a slot holds a hash and a row, side by side with the slots
 * that are looked at next.
 */
export class RowTable {
  private hashes = new Float64Array(FIRST_SLOTS);
  /** The row plus one, or 0 where there is none. */
  private rows = new Int32Array(FIRST_SLOTS);
  private count = 0;

  /** The slot where a hash stands, or else the empty one where it would. */
  first(hash: number): number {
    return this.find(hash, hash & (this.rows.length - 1));
  }

  /** As `first`, behind a slot that has the hash. */
  next(hash: number, slot: number): number {
    return this.find(hash, (slot + 1) & (this.rows.length - 1));
  }

  /** The row in a slot; -1 where it is empty. */
  rowAt(slot: number): number {
    return this.rows[slot] - 1;
  }

  /** Puts a row in the place of the one in a slot, which has the same hash. */
  replace(slot: number, row: number): void {
    this.rows[slot] = row + 1;
  }

  /** Puts a row into an empty slot. Slots that were found before are not valid behind it. */
  insert(slot: number, hash: number, row: number): void {
    this.hashes[slot] = hash;
    this.rows[slot] = row + 1;
    if (2 * ++this.count > this.rows.length) this.grow();
  }

  /** Forgets every row, and keeps the room. */
  clear(): void {
    this.rows.fill(0);
    this.count = 0;
  }

  private find(hash: number, slot: number): number {
    const { hashes, rows } = this;
    const mask = rows.length - 1;
    while (rows[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { hashes, rows } = this;
    this.hashes = new Float64Array(4 * rows.length);
    this.rows = new Int32Array(4 * rows.length);
    const mask = this.rows.length - 1;
    for (let old = 0; old < rows.length; old++) {
      if (rows[old] === 0) continue;
      let slot = hashes[old] & mask;
      while (this.rows[slot] !== 0) slot = (slot + 1) & mask;
      this.hashes[slot] = hashes[old];
      this.rows[slot] = rows[old];
    }
  }
}
