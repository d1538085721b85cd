// Records that a worker has predicted already: what is equal to one of them need not be predicted again, nor go through the shuffle.
import type { FlatNumbers } from "../../storage";
import { instantiate, newMemory, reserve } from "../../storage/web_assembly";
import {
  BUCKET,
  FRESH,
  MOST_ROWS,
  MOST_WIDTH,
  OUTCOMES,
  SLOTS,
  TABLE,
  TOKENS,
  UNKNOWN,
} from "./known_layout";
import { CODE } from "./known_records_code";
import { readTold, Telling } from "./told_records";

/** After so many records it shows whether there is a point in it. */
const TRIAL_RECORDS = 1 << 16;
/** One of so many must be found in the end, or looking for it takes longer than what it saves. */
const MOST_FOR_ONE = 4;
/** Where more of a block than this are unknown, picking them out takes longer than predicting the others again. */
const MOST_UNKNOWN = 3 / 4;
/** After such a block, when the trial is over, only one of so many is looked at. */
const LOOKS = 8;
/** How many buckets a table begins with. */
const FIRST_BUCKETS = 1 << 9;
/** Most bytes of a table, whatever room there is: memory of WebAssembly has its limit. */
const MOST_BYTES = 2 ** 31;

/** How much of a table is taken at most. */
const FULL = 3 / 4;
/** While a table grows it takes half as much again. */
const GROWING = 3 / 2;

/** What there is in this process, by the names that were given to it. */
const instances = new Map<string, KnownRecords>();

/** The known records of that name, in this process: whoever predicts makes them, whoever reads looks records up in them. */
export function knownRecords(name: string): KnownRecords | undefined {
  return instances.get(name);
}

/** Known records under a name, in the place of those that had it. */
export function newKnownRecords(name: string, budget: number): KnownRecords {
  const known = new KnownRecords(budget);
  instances.set(name, known);
  return known;
}

/** What the code exports: see there. */
interface Code {
  fresh: { readonly value: number };
  pack: (rows: number, width: number, isNarrow: boolean) => number;
  find: (rows: number, units: number, buckets: number) => number;
  add: (row: number, rows: number, units: number, buckets: number, most: number) => number;
  rebuild: (from: number, to: number, width: number, isNarrow: boolean, isWider: boolean) => void;
}

/**
 * Flat records by the numbers of their tokens, as many as there is room for: those that have the same are the same text. Of equal
 * records the smallest text stays in the output, so one that is written differently is another here. Where the first records show that
 * equal ones will be rare, none is kept.
 *
 * The tokens themselves stand in a table of buckets: it takes one access to memory that is in no cache. With texts behind a table
 * of hashes a record took 1.2 µs, more than what it saved. As long as all tokens have room in 16 bits, a record of four numbers takes
 * 8 bytes. In JavaScript it was more than a quarter of the work on records most of which are known.
 */
export class KnownRecords {
  /** All of them have these names. */
  private names: readonly string[] | undefined;
  private width = 0;
  /** Whether a token has 16 bits. */
  private isNarrow = true;
  private buckets = 0;
  private readonly memory = newMemory(TABLE);
  private readonly code = instantiate<Code>(CODE, this.memory);
  private bytes = new Uint8Array(this.memory.buffer);
  private words = new Int32Array(this.memory.buffer);
  /** How many were looked for, and found. */
  private looked = 0;
  private found = 0;
  /** How many blocks are not looked at. */
  private wait = 0;
  private readonly telling = new Telling();
  private isOpen: boolean;
  /** Whether there was no room for some. */
  private isFull = false;

  /** @param budget how many bytes they may take */
  constructor(private readonly budget: number) {
    this.isOpen = budget > 0;
  }

  /**
   * Finds the records that are to be predicted: those that are not known.
   * @returns their rows, in order; undefined for all of them, where there is no point in leaving any out
   */
  unknown(flat: Pick<FlatNumbers, "names" | "tokens">): Uint32Array | undefined {
    if (!this.isOpen || !this.hasNames(flat.names) || this.wait-- > 0) return undefined;
    const rows = flat.tokens.length / this.width;
    const unknown = new Uint32Array(rows);
    let length = 0;
    for (let first = 0; first < rows; first += MOST_ROWS) {
      const some = this.load(flat.tokens, first);
      const count = this.code.find(some, this.units, this.buckets);
      for (let i = 0, at = UNKNOWN / 4; i < count; i++, at++) unknown[length++] = first + this.words[at];
    }
    this.judge(rows, rows - length);
    const isRare = length > MOST_UNKNOWN * rows;
    this.wait = isRare && this.looked >= TRIAL_RECORDS ? LOOKS - 1 : 0;
    return isRare ? undefined : unknown.subarray(0, length);
  }

  /** Adds the records that were predicted, whose outcome is 0, as far as there is room. */
  add({ names, tokens }: FlatNumbers, outcomes: Uint8Array): void {
    if (!this.isOpen || !this.hasNames(names)) return;
    const { width, telling } = this;
    for (let first = 0; first < outcomes.length; first += MOST_ROWS) {
      const rows = this.load(tokens, first);
      this.bytes.set(outcomes.subarray(first, first + rows), OUTCOMES);
      this.addLoaded(rows);
      const fresh = new Uint32Array(this.memory.buffer, FRESH, this.code.fresh.value);
      telling.add(tokens.subarray(first * width), width, fresh);
    }
  }

  /** What was added since the last call, for others to learn; undefined where there is nothing. */
  tell(): Uint8Array | undefined {
    return this.isOpen && this.names !== undefined ? this.telling.take(this.names) : undefined;
  }

  /** Adds what another has told, which has predicted it. */
  learn(told: Uint8Array): void {
    if (!this.isOpen) return;
    const { names, tokens } = readTold(told);
    if (!this.hasNames(names)) return;
    for (let first = 0; first * this.width < tokens.length; first += MOST_ROWS) {
      const rows = this.load(tokens, first);
      this.bytes.fill(0, OUTCOMES, OUTCOMES + rows);
      this.addLoaded(rows);
    }
  }

  /**
   * Whether few records of a block are equal to each other or to those before: since those that are were found, or because hardly any
   * were.
   */
  isSifted({ names, tokens, exceptions }: FlatNumbers): boolean {
    const isMostlyFlat = MOST_FOR_ONE * exceptions < tokens.length / names.length;
    return isMostlyFlat && this.hasNames(names) && !this.isFull;
  }

  /** The units of a key. */
  private get units(): number {
    return unitsOf(this.width, this.isNarrow);
  }

  /** Makes the keys of as many rows of tokens as a call looks at; returns how many these are. */
  private load(tokens: Int32Array, first: number): number {
    const { width } = this;
    const some = tokens.subarray(first * width, (first + MOST_ROWS) * width);
    const rows = some.length / width;
    this.words.set(some, TOKENS / 4);
    const long = this.code.pack(rows, width, this.isNarrow);
    if (long > 0 && this.resize(this.buckets, false)) this.code.pack(rows, width, false);
    return rows;
  }

  /** Adds rows whose keys were made and whose outcomes are 0, as far as there is room. */
  private addLoaded(rows: number): void {
    for (let row = 0; ;) {
      row = this.code.add(row, rows, this.units, this.buckets, FULL * SLOTS * this.buckets);
      if (row === rows) return;
      this.isFull = !this.resize(2 * this.buckets);
      if (this.isFull) return;
    }
  }

  /** Whether records with these names are kept: those that come first say which. */
  private hasNames(names: readonly string[]): boolean {
    if (names === this.names) return true;
    if (this.names === undefined) {
      this.width = names.length;
      this.names = names;
      this.isOpen = this.width <= MOST_WIDTH && this.resize(FIRST_BUCKETS);
      this.isFull = !this.isOpen;
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
    if (!isCommon && MOST_FOR_ONE * FULL * SLOTS * this.mostBuckets(this.units) < different)
      this.isOpen = false;
  }

  /** The most buckets for keys of so many units. */
  private mostBuckets(units: number): number {
    const most = Math.min(MOST_BYTES, this.budget / GROWING) / (BUCKET * units);
    return 2 ** Math.floor(Math.log2(most));
  }

  /** Makes so many buckets, and for long tokens where there were none; returns false where there is not so much. */
  private resize(buckets: number, isNarrow = this.isNarrow): boolean {
    const units = unitsOf(this.width, isNarrow);
    if (buckets > this.mostBuckets(units)) return false;
    const isWider = this.isNarrow && !isNarrow;
    try {
      reserve(this.memory, TABLE + BUCKET * (buckets * units + this.buckets * this.units));
    } catch {
      return false;
    }
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    this.code.rebuild(this.buckets, buckets, this.width, this.isNarrow, isWider);
    this.buckets = buckets;
    this.isNarrow = isNarrow;
    return true;
  }
}

/** The units of a key of so many tokens. */
function unitsOf(width: number, isNarrow: boolean): number {
  return Math.ceil(width / (isNarrow ? 4 : 2));
}
