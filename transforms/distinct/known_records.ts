// Records that a worker has predicted already: what is equal to one of them need not be predicted again, nor go through the shuffle.
import type { FlatNumbers } from "../../storage";

/** After so many records it shows whether there is a point in it. */
const TRIAL_RECORDS = 1 << 16;
/** One of so many must be found in the end, or looking for it takes longer than what it saves. */
const MOST_FOR_ONE = 4;
/** Where more of a block than this are unknown, picking them out takes longer than predicting the others again. */
const MOST_UNKNOWN = 3 / 4;
/** After such a block, when the trial is over, only one of so many is looked at. */
const LOOKS = 8;
/** How many places a table begins with. */
const FIRST_PLACES = 1 << 12;
/** Most places, whatever room there is: the array of them has its limit. */
const MOST_PLACES = 1 << 26;

/** How much of a table is taken at most. */
const FULL = 3 / 4;

const KNOWN = -1;
const UNFIT = -2;

const PRIME = 2654435761 | 0;

/**
 * Flat records by the numbers of their tokens, as many as there is room for: those that have the same are the same text. Of equal
 * records the smallest text stays in the output, so one that is written differently is another here. Where the first records show that
 * equal ones will be rare, none is kept.
 *
 * The tokens themselves stand in an open-addressed table: it takes one access to memory that is in no cache. With texts behind a table
 * of hashes a record took 1.2 µs, more than what it saved. As long as all tokens have room in 16 bits, two stand in a word: a record of
 * four numbers takes 8 bytes.
 */
export class KnownRecords {
  /** All of them have these names. */
  private names: readonly string[] | undefined;
  private width = 0;
  /** The words of a record, which make its key; and whether each has two tokens. */
  private words = 0;
  private isNarrow = true;
  /** As many places, each as wide as a key; the first word is 0 where there is none. */
  private table = new Int32Array();
  private places = 0;
  /** The high bits of a hash choose the place: as the table grows, records keep their order, and memory is written in its own. */
  private shift = 32;
  private count = 0;
  private keys = new Int32Array();
  private hashes = new Int32Array();
  /** What was looked at ahead of its time: a loop whose result goes nowhere would be left out. */
  private ahead = 0;
  /** How many were looked for, and found. */
  private looked = 0;
  private found = 0;
  /** How many blocks are not looked at. */
  private wait = 0;
  private isOpen: boolean;

  /** @param budget how many bytes they may take */
  constructor(private readonly budget: number) {
    this.isOpen = budget > 0;
  }

  /**
   * Finds the records that are to be predicted: those that are not known.
   * @returns their rows, in order; undefined for all of them, where there is no point in leaving any out
   */
  unknown(flat: FlatNumbers): number[] | undefined {
    if (!this.isOpen || !this.hasNames(flat.names) || this.wait-- > 0) return undefined;
    const rows = flat.tokens.length / this.width;
    const keys = this.keysOf(flat.tokens, rows);
    const hashes = this.hash(keys, rows);
    const unknown: number[] = [];
    for (let row = 0; row < rows; row++)
      if (this.placeFor(keys, row * this.words, hashes[row]) !== KNOWN) unknown.push(row);
    this.judge(rows, rows - unknown.length);
    const isRare = unknown.length > MOST_UNKNOWN * rows;
    this.wait = isRare && this.looked >= TRIAL_RECORDS ? LOOKS - 1 : 0;
    return isRare ? undefined : unknown;
  }

  /** Adds the records that were predicted, whose outcome is 0, as far as there is room. */
  add({ names, tokens }: FlatNumbers, outcomes: Uint8Array): void {
    if (!this.isOpen || !this.hasNames(names)) return;
    const keys = this.keysOf(tokens, outcomes.length);
    const hashes = this.hash(keys, outcomes.length);
    const { words } = this;
    for (let row = 0, at = 0; row < outcomes.length; row++, at += words) {
      if (outcomes[row] !== 0) continue;
      if (this.count >= FULL * this.places && !this.grow(2 * this.places)) return;
      const place = this.placeFor(keys, at, hashes[row]);
      if (place < 0) continue;
      for (let i = 0; i < words; i++) this.table[place + i] = keys[at + i];
      this.count++;
    }
  }

  /** The keys of rows of tokens, until the next call; a record that is not kept has one that begins with 0. */
  private keysOf(tokens: Int32Array, rows: number): Int32Array {
    if (!this.isNarrow) return tokens;
    const { width, words } = this;
    if (this.keys.length < rows * words) this.keys = new Int32Array(rows * words);
    const { keys } = this;
    for (let row = 0, from = 0, at = 0; row < rows; row++, at += words) {
      let isFit = true;
      let isWide = false;
      for (let i = 0; i < words; i++) {
        const low = tokens[from++];
        const high = 2 * i + 1 < width ? tokens[from++] : 1;
        keys[at + i] = (low & 0xffff) | (high << 16);
        if (low === 0 || high === 0) isFit = false;
        if ((low << 16) >> 16 !== low || (high << 16) >> 16 !== high) isWide = true;
      }
      if (!isFit) keys[at] = 0;
      else if (isWide && this.widen()) return tokens;
      else if (isWide) keys[at] = 0;
    }
    return keys;
  }

  /**
   * The hashes of keys; 0 for one that is not kept. What they choose of the table is looked at, all of it before any of it
   * matters: memory then answers for many rows at once.
   */
  private hash(keys: Int32Array, rows: number): Int32Array {
    const { table, words, shift } = this;
    if (this.hashes.length < rows) this.hashes = new Int32Array(rows);
    const { hashes } = this;
    for (let row = 0, at = 0; row < rows; row++) {
      let hash = 0;
      let isFit = 1;
      for (const end = at + words; at < end; at++) {
        const word = keys[at];
        hash = Math.imul(hash ^ word, PRIME);
        hash ^= hash >>> 15;
        if (word === 0) isFit = 0;
      }
      hashes[row] = isFit === 0 ? 0 : hash | 1;
    }
    let looked = 0;
    for (let row = 0; row < rows; row++) looked |= table[(hashes[row] >>> shift) * words];
    this.ahead |= looked;
    return hashes;
  }

  /** Where in the table the key at `at` would stand; KNOWN where it does, UNFIT for a record that is not kept. */
  private placeFor(keys: Int32Array, at: number, hash: number): number {
    if (hash === 0) return UNFIT;
    const { table, words } = this;
    const mask = this.places - 1;
    for (let place = hash >>> this.shift; ; place = (place + 1) & mask) {
      const from = place * words;
      if (table[from] === 0) return from;
      let i = 0;
      while (i < words && table[from + i] === keys[at + i]) i++;
      if (i === words) return KNOWN;
    }
  }

  /** Whether records with these names are kept: those that come first say which. */
  private hasNames(names: readonly string[]): boolean {
    if (names === this.names) return true;
    if (this.names === undefined) {
      this.width = names.length;
      this.words = Math.ceil(this.width / 2);
      this.names = names;
      if (!this.grow(FIRST_PLACES)) this.isOpen = false;
      return this.isOpen;
    }
    const isSame = names.length === this.width && names.every((name, i) => name === this.names![i]);
    if (isSame) this.names = names;
    return isSame;
  }

  private judge(looked: number, found: number): void {
    const isTried = this.looked >= TRIAL_RECORDS;
    this.looked += looked;
    this.found += found;
    if (isTried || this.looked < TRIAL_RECORDS) return;
    // Of n records of which f were found, drawn at random from as many as there are, there are about n² / 2f.
    const different = this.looked ** 2 / (2 * this.found);
    const isCommon = MOST_FOR_ONE * this.found > this.looked;
    if (!isCommon && MOST_FOR_ONE * FULL * this.mostPlaces(this.words) < different) this.close();
  }

  /** The most places for keys of so many words. */
  private mostPlaces(words: number): number {
    const most = Math.min(MOST_PLACES, this.budget / (Int32Array.BYTES_PER_ELEMENT * words));
    return 2 ** Math.floor(Math.log2(most));
  }

  /** Makes room for so many places; returns false where there is not so much. */
  private grow(places: number): boolean {
    if (places > this.mostPlaces(this.words)) return false;
    this.rebuild(places, this.words, (keys) => keys);
    return true;
  }

  /** Gives each token a word; returns false where there is no room for that. */
  private widen(): boolean {
    const { words, width } = this;
    if (this.places > this.mostPlaces(width)) return false;
    this.isNarrow = false;
    this.rebuild(this.places, width, (keys) => {
      const wide = new Int32Array((keys.length / words) * width);
      for (let from = 0, at = 0; from < keys.length; from += words, at += width)
        for (let i = 0; i < width; i++) {
          const word = keys[from + (i >> 1)];
          wide[at + i] = i % 2 === 0 ? (word << 16) >> 16 : word >> 16;
        }
      return wide;
    });
    return true;
  }

  /** Makes a table of so many places for keys of so many words, with the keys of the one before as they are to be. */
  private rebuild(places: number, words: number, keysOf: (keys: Int32Array) => Int32Array): void {
    const { table } = this;
    // As many at a time as a table has at first: the hashes of all of them would take memory besides.
    const step = FIRST_PLACES * this.words;
    this.words = words;
    this.places = places;
    this.table = new Int32Array(places * words);
    this.shift = 32 - Math.log2(places);
    for (let first = 0; first < table.length; first += step) {
      const keys = keysOf(table.subarray(first, first + step));
      const hashes = this.hash(keys, FIRST_PLACES);
      for (let row = 0, at = 0; at < keys.length; row++, at += words) {
        if (keys[at] === 0) continue;
        const place = this.placeFor(keys, at, hashes[row]);
        for (let i = 0; i < words; i++) this.table[place + i] = keys[at + i];
      }
    }
  }

  /** Keeps none from now on. */
  private close(): void {
    this.isOpen = false;
    this.table = new Int32Array();
  }
}
