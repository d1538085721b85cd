// The hash of a record: the same for records that are equal as JSON; most texts need no canonical form for it.
import { viewOf, type Viewed } from "../bytes";
import { hash53 } from "../hash";
import { equalTexts } from "../text_words";
import { Canonicalizer } from "./canonical";
import { EXACT_DIGITS, POWERS_OF_TEN } from "./exact_numbers";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** That no name stands twice is found by comparing each pair. */
const MAX_MEMBERS = 32;

/** Longer names are hashed each time; shorter ones are no whole word. */
const [MIN_KNOWN, MAX_KNOWN] = [8, 128];
/** A place whose name is another one for so many records gets to know that one. */
const PATIENCE = 16;

/** A name as it stood at a place in the records before: `"name":`, and its hash. */
interface KnownName {
  words: DataView;
  size: number;
  hash: number;
}

/** The primes of `hash53`. */
const PRIME_1 = 2654435761 | 0;
const PRIME_2 = 1597334677;

/**
 * Hashes records, compact JSON texts that JsonCompactor has let through.
 *
 * The hash of an object is a sum over its members, in which their order does not count. A number goes into it as the
 * double nearest to its decimal value, so that `5.0` and `5` are one, or by its digits where it has more of them than a
 * double holds. Names and other values go in as their bytes. Where bytes do not tell (an escape, a value in which there
 * are others, a name that stands twice), the same is done to the canonical form.
 */
export class RecordHasher {
  private readonly canonicalizer = new Canonicalizer();
  private readonly numbers = new Canonicalizer();
  private readonly names = new Int32Array(MAX_MEMBERS);
  private readonly double = new Float64Array(1);
  private readonly words = new Int32Array(this.double.buffer);
  /** By place: records have the same names in the same order as a rule. With four of 12 bytes a record took 188 ns instead of 245. */
  private readonly known: (KnownName | undefined)[] = [];
  private unknown = 0;
  private source: Buffer = this.canonicalizer.bytes;
  /** Of the record that is hashed, not of its canonical form. */
  private view = viewOf(this.source);
  private p = 0;
  private end = 0;
  /** What was hashed last, in two halves. */
  private high = 0;
  private low = 0;

  /** The hash of the record `bytes[from..to)`: an integer from 0 to 2^53 - 1. */
  hash({ bytes: source, view }: Viewed, from: number, to: number): number {
    this.view = view;
    const isObject = source[from] === OPEN_BRACE;
    if (isObject && this.members(source, from, to, false)) return this.finish();
    const { canonicalizer } = this;
    const size = canonicalizer.canonicalize(source, from, to);
    if (!isObject) return hash53(canonicalizer.bytes, 0, size);
    this.members(canonicalizer.bytes, 0, size, true);
    return this.finish();
  }

  /** What the name of a member, which has no escapes, puts into the hash. */
  hashOfName(name: string): number {
    this.source = Buffer.from(`"${name}"`);
    this.p = 0;
    this.string();
    return this.low;
  }

  /**
   * Hashes the members of an object.
   * @param isCanonical whether the text is a canonical form, whose bytes always tell
   * @returns false when the bytes of the text do not tell
   */
  private members(source: Buffer, from: number, to: number, isCanonical: boolean): boolean {
    this.source = source;
    this.end = to;
    this.p = from + 1;
    let [high, low, count] = [0, 0, 0];
    while (source[this.p] !== CLOSE_BRACE) {
      if (source[this.p] === COMMA) this.p++;
      if (isCanonical) {
        this.string();
        this.p++; // the colon
      } else {
        if (count === MAX_MEMBERS || !this.name(count)) return false;
        for (let i = 0; i < count; i++) if (this.names[i] === this.low) return false;
        this.names[count++] = this.low;
      }
      const name = this.low;
      if (!this.value(isCanonical)) return false;
      // The halves are spread before they are added: sums of what differs little must not meet.
      const a = Math.imul(this.low ^ name ^ (this.low >>> 15), PRIME_1);
      const b = Math.imul(this.high ^ a ^ (this.high >>> 13), PRIME_2);
      low = (low + (a ^ (b >>> 16))) | 0;
      high = (high + (b ^ (a >>> 15))) | 0;
    }
    this.low = low;
    this.high = high;
    return true;
  }

  /** The name of the member at a place, colon and all; returns whether it is without escapes. */
  private name(place: number): boolean {
    const { p } = this;
    const known = this.known[place];
    if (known !== undefined && startsWith(this.view, p, this.end, known)) {
      this.p = p + known.size;
      this.low = known.hash;
      return true;
    }
    const isPlain = this.string();
    this.p++; // the colon
    if (isPlain && (known === undefined || ++this.unknown % PATIENCE === 0)) this.learn(place, p);
    return isPlain;
  }

  /** Gets to know the name of a place, which has just been hashed. */
  private learn(place: number, from: number): void {
    const size = this.p - from;
    if (size < MIN_KNOWN || size > MAX_KNOWN) return;
    const words = viewOf(Buffer.from(this.source.subarray(from, this.p)));
    this.known[place] = { words, size, hash: this.low };
  }

  private value(isCanonical: boolean): boolean {
    const first = this.source[this.p];
    if (first === QUOTE) return this.string() || isCanonical;
    if (first === MINUS || (first >= ZERO && first <= NINE)) return this.number();
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return this.literal();
    return isCanonical && this.nested();
  }

  /** A string, quotes and all; returns whether it is without escapes. */
  private string(): boolean {
    const { source } = this;
    let p = this.p + 1;
    let low = 0x41c6ce57;
    let high = 0xdeadbeef | 0;
    let isPlain = true;
    for (let c = source[p]; c !== QUOTE; c = source[++p]) {
      if (c === BACKSLASH) {
        isPlain = false;
        low = Math.imul(low ^ c, PRIME_1);
        c = source[++p];
      }
      low = Math.imul(low ^ c, PRIME_1);
      high = Math.imul(high ^ c, PRIME_2);
    }
    this.p = p + 1;
    this.low = low;
    this.high = high;
    return isPlain;
  }

  private number(): boolean {
    const { source } = this;
    const start = this.p;
    const isNegative = source[start] === MINUS;
    let p = isNegative ? start + 1 : start;
    const first = p;
    let c = source[p];
    let mantissa = 0;
    for (; c >= ZERO && c <= NINE; c = source[++p]) mantissa = 10 * mantissa + c - ZERO;
    let digits = p - first;
    let places = 0;
    if (c === DOT) {
      const point = p;
      for (c = source[++p]; c >= ZERO && c <= NINE; c = source[++p]) mantissa = 10 * mantissa + c - ZERO;
      places = p - point - 1;
      digits += places;
    }
    this.p = p;
    if (digits > EXACT_DIGITS || c === LOWER_E || c === UPPER_E) return this.longNumber(start);
    const magnitude = mantissa / POWERS_OF_TEN[places];
    this.hashDouble(isNegative ? -magnitude : magnitude);
    return true;
  }

  /** A number with an exponent or many digits: the same as of a short one, where it is equal to that. */
  private longNumber(from: number): boolean {
    const { source, numbers } = this;
    let p = this.p;
    while (p < this.end && source[p] !== COMMA && source[p] !== CLOSE_BRACE) p++;
    this.p = p;
    const size = numbers.canonicalize(source, from, p);
    const text = numbers.bytes.toString("latin1", 0, size);
    const digits = text.split("e", 1)[0].replace("-", "").length;
    if (digits <= EXACT_DIGITS) this.hashDouble(Number(text));
    else this.hashBytes(numbers.bytes, 0, size);
    return true;
  }

  private hashDouble(value: number): void {
    this.double[0] = value === 0 ? 0 : value; // minus zero is zero
    this.low = this.words[0];
    this.high = this.words[1];
  }

  private literal(): boolean {
    const from = this.p;
    this.p += this.source[from] === 0x66 ? 5 : 4; // false; true, null
    this.hashBytes(this.source, from, this.p);
    return true;
  }

  /** A value in which there are others. */
  private nested(): boolean {
    const { source } = this;
    const from = this.p;
    let depth = 0;
    do {
      const c = source[this.p];
      if (c === QUOTE) {
        this.string();
        continue;
      }
      // ASCII puts each closing bracket two behind its opening one.
      if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
      else if (c === OPEN_BRACE + 2 || c === OPEN_BRACKET + 2) depth--;
      this.p++;
    } while (depth > 0);
    this.hashBytes(source, from, this.p);
    return true;
  }

  private hashBytes(bytes: Buffer, from: number, to: number): void {
    const hash = hash53(bytes, from, to);
    this.low = hash | 0;
    this.high = (hash / 2 ** 32) | 0;
  }

  private finish(): number {
    return mixHalves(this.high, this.low);
  }
}

/** The halves of a hash as one number, mixed as `hash53` does. */
function mixHalves(high: number, low: number): number {
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 2 ** 32 * (2097151 & high) + (low >>> 0);
}

/** Whether a text that ends before `end` has a name at `p`. */
function startsWith(view: DataView, p: number, end: number, { words, size }: KnownName): boolean {
  return p + size <= end && equalTexts(view, p, p + size, words, 0, size);
}
