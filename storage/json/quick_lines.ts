// Compacts lines of JSON quickly, one after the other; what is not plain it leaves to the JsonCompactor.
import { viewOf } from "../bytes";
import { MOST_COLUMNS } from "../flat_numbers";
import { copyLong, copyText, LONG, WORD } from "../text_words";
import { EXACT_DIGITS, POWERS_OF_TEN } from "./exact_numbers";
import { endOfLiteral, endOfNumber, endOfString, IS_PLAIN, NO_TOKEN } from "./tokens";

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const LOWER_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Values nested deeper are left to the other compactor: the stack of brackets is the bits of a number. */
const MOST_DEPTH = 30;
/** Members of the outermost object that are compared with those of the lines before. */
const MEMBERS = 256;

/** White space within a line: space, tab and carriage return. */
const IS_SPACE = new Uint8Array(256);
for (const byte of Buffer.from(" \t\r")) IS_SPACE[byte] = 1;

/** A number of so many digits is a whole number of 32 bits. */
const WHOLE_DIGITS = 9;

/** Bytes that the output must have room for besides those of the line: words are copied, two at least of a head. */
export const ROOM = 2 * WORD;

/**
 * Reads lines of JSON as the `JsonCompactor` does, of which it takes most at a quarter of the cost.
 *
 * Of each member of an object, what stands before its value (its head: `, "name": `) is first compared with what stood there in
 * a line before, of which the compact form is known. Nothing is looked at twice, and bytes are moved in words.
 */
export class QuickLines {
  /** Where the line ends that was taken last: the position of its LF. */
  lineEnd = 0;
  /** The values of that line, where it is an object of numbers alone: as many as `columns`, which is 0 where it is not. */
  readonly numbers = new Float64Array(MOST_COLUMNS);
  columns = 0;
  /** Lines that have columns, and of which this is the same, have the same names. */
  shape = 0;

  private source: Buffer = Buffer.alloc(0);
  private words = viewOf(this.source);
  private outWords = this.words;

  /** Of the heads of lines before, by the number of the member: where they are, and how long, in the source and in the output. */
  private readonly headAt = new Int32Array(MEMBERS);
  private readonly headSize = new Int32Array(MEMBERS);
  private readonly outHeadAt = new Int32Array(MEMBERS);
  private readonly outHeadSize = new Int32Array(MEMBERS);
  /** How many heads are known, and how many were ever learnt. */
  private known = 0;
  private learnt = 0;

  /** Where `value` writes; the bytes from `run` on are still to be copied there. */
  private at = 0;
  private run = 0;

  /** The bytes that lines are in, UTF-8 up to the last LF. */
  setSource(source: Buffer): void {
    this.source = source;
    this.words = viewOf(source);
    this.known = 0;
  }

  /** Where the texts go. To be called again whenever what was written before may be overwritten. */
  setOutput(out: Buffer): void {
    this.outWords = viewOf(out);
    this.known = 0;
  }

  /**
   * Compacts the line that begins at `from`, behind which there must be a LF, to the output at `at`, which must have room
   * for `ROOM` bytes more than the line has.
   * @returns the position behind the text; -1 for a line that is not JSON, or not plain enough
   */
  compact(from: number, at: number): number {
    this.columns = 0;
    let end = this.object(from, at);
    // What is written is the same whoever writes it, so the heads stay known.
    if (end < 0) end = this.line(from, at);
    if (end < 0) this.known = 0;
    return end;
  }

  /**
   * Compacts a line that is an object, as `compact` does. It is one function, whose state is in local variables, since calls
   * and fields made it 2.5 times as slow.
   */
  private object(from: number, at: number): number {
    const { source, words, outWords, headAt, headSize, outHeadAt, outHeadSize, numbers } = this;
    // A word must not be taken from behind the source.
    const limit = source.length - WORD;
    if (source[from] !== OPEN_BRACE) return NO_TOKEN;
    let p = from;
    let isFlat = true;
    for (let member = 0; ; member++) {
      // The head, whose brace or comma is at `p`.
      let isKnown = false;
      if (member < this.known) {
        const size = headSize[member];
        const end = p + size;
        let before = headAt[member];
        if (end > limit) return NO_TOKEN;
        if (size < WORD) {
          // It has 4 bytes or more.
          isKnown =
            words.getInt32(p) === words.getInt32(before) &&
            words.getInt32(end - 4) === words.getInt32(before + size - 4);
        } else {
          // The last words overlap.
          const last = end - WORD;
          const lastBefore = before + size - WORD;
          let word = p;
          while (word < last && words.getFloat64(word, true) === words.getFloat64(before, true)) {
            word += WORD;
            before += WORD;
          }
          isKnown = word >= last && words.getFloat64(last, true) === words.getFloat64(lastBefore, true);
        }
        if (isKnown) {
          const outFrom = outHeadAt[member];
          const outSize = outHeadSize[member];
          outWords.setFloat64(at, outWords.getFloat64(outFrom, true), true);
          outWords.setFloat64(at + WORD, outWords.getFloat64(outFrom + WORD, true), true);
          for (let i = 2 * WORD; i < outSize; i += WORD) {
            outWords.setFloat64(at + i, outWords.getFloat64(outFrom + i, true), true);
          }
          at += outSize;
          p = end;
        }
      }
      if (!isKnown) {
        const end = this.head(p, at, member);
        if (end < 0) return NO_TOKEN;
        p = end;
        at = this.at;
      }

      // The value.
      const value = p;
      const first = source[p];
      let c = first;
      if (c === QUOTE) {
        isFlat = false;
        do p++;
        while (IS_PLAIN[source[p]] === 1);
        p = source[p] === QUOTE ? p + 1 : endOfString(source, value);
      } else if ((c >= ZERO && c <= NINE) || c === MINUS) {
        if (c === MINUS) c = source[++p];
        if (c < ZERO || c > NINE) return NO_TOKEN;
        const digitsAt = p;
        let places = 0;
        let digits = c - ZERO;
        c = source[++p];
        // As whole numbers of 32 bits, which hold 9 digits: as doubles each record took 50 ns more.
        if (digits !== 0)
          for (; c >= ZERO && c <= NINE; c = source[++p]) digits = (Math.imul(10, digits) + c - ZERO) | 0;
        if (c === DOT) {
          const point = p;
          c = source[++p];
          if (c < ZERO || c > NINE) return NO_TOKEN;
          for (; c >= ZERO && c <= NINE; c = source[++p]) digits = (Math.imul(10, digits) + c - ZERO) | 0;
          places = p - point - 1;
        }
        if ((c | 0x20) === LOWER_E) {
          p = endOfNumber(source, value);
          isFlat = false;
        } else if (p - digitsAt > EXACT_DIGITS || member >= MOST_COLUMNS) {
          isFlat = false;
        } else {
          const all = p - digitsAt > WHOLE_DIGITS ? wholeNumber(source, digitsAt, p) : digits;
          const magnitude = all / POWERS_OF_TEN[places];
          numbers[member] = first === MINUS ? -magnitude : magnitude;
        }
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        isFlat = false;
        p = this.value(p, at);
        at = this.at;
      } else {
        isFlat = false;
        p = endOfLiteral(source, p);
      }
      if (p < 0 || p > limit) return NO_TOKEN;
      if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
        const size = p - value;
        if (size < LONG) {
          for (let i = 0; i < size; i += WORD) {
            outWords.setFloat64(at + i, words.getFloat64(value + i, true), true);
          }
        } else {
          copyLong(words, value, p, outWords, at);
        }
        at += size;
      }

      c = source[p];
      while (IS_SPACE[c] === 1) c = source[++p];
      if (c === COMMA) continue;
      if (c !== CLOSE_BRACE) return NO_TOKEN;
      outWords.setUint8(at, c);
      p++;
      while (IS_SPACE[source[p]] === 1) p++;
      if (source[p] !== LF) return NO_TOKEN;
      this.lineEnd = p;
      if (isFlat) {
        this.columns = member + 1;
        this.shape = this.learnt * (MOST_COLUMNS + 1) + member;
      }
      return at + 1;
    }
  }

  /**
   * The names of the line that was taken last, which has `columns`, as they are written.
   * @returns undefined where one is written with an escape, or stands twice
   */
  names(): string[] | undefined {
    const names: string[] = [];
    for (let i = 0; i < this.columns; i++) {
      const from = this.outHeadAt[i];
      const head = Buffer.from(this.outWords.buffer, this.outWords.byteOffset + from, this.outHeadSize[i]);
      // A brace or comma and a quote before it, a quote and a colon behind it.
      const name = head.toString("utf8", 2, head.length - 2);
      if (name.includes("\\") || names.includes(name)) return undefined;
      names.push(name);
    }
    return names;
  }

  /**
   * Copies the head of member `i`, whose brace or comma is at `p`, to `at`, and leaves the position behind the copy there. It
   * is known from then on.
   * @returns the position behind the head, where the value begins
   */
  private head(p: number, at: number, i: number): number {
    this.run = p;
    this.at = at;
    const end = this.name(p + 1);
    if (end < 0) return NO_TOKEN;
    this.at = copyText(this.words, this.run, end, this.outWords, this.at);
    if (i < MEMBERS) {
      this.headAt[i] = p;
      this.headSize[i] = end - p;
      this.outHeadAt[i] = at;
      this.outHeadSize[i] = this.at - at;
      this.known = Math.max(this.known, i + 1);
      this.learnt++;
    }
    return end;
  }

  /** Compacts any line, as `compact` does. */
  private line(from: number, at: number): number {
    let end = this.value(this.behindSpace(from), at);
    if (end < 0) return NO_TOKEN;
    end = this.behindSpace(end);
    if (this.source[end] !== LF) return NO_TOKEN;
    this.lineEnd = end;
    return this.at;
  }

  /**
   * Copies the value that begins at `p`, all that it holds, to `at`, and leaves the position behind the copy there.
   * @returns the position behind the value
   */
  private value(p: number, at: number): number {
    const { source } = this;
    this.run = p;
    this.at = at;
    let depth = 0;
    /** Of each open bracket whether it is a brace, the innermost in the lowest bit. */
    let braces = 0;
    for (;;) {
      if (IS_SPACE[source[p]] === 1) p = this.skipSpace(p);
      const c = source[p];
      if (c === QUOTE) {
        p = endOfString(source, p);
      } else if ((c >= ZERO && c <= NINE) || c === MINUS) {
        p = endOfNumber(source, p);
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        p = this.skipSpace(p + 1);
        // ASCII puts each closing bracket two behind its opening one.
        if (source[p] === c + 2) {
          p++;
        } else {
          if (depth === MOST_DEPTH) return NO_TOKEN;
          depth++;
          braces = (braces << 1) | (c === OPEN_BRACE ? 1 : 0);
          if (c === OPEN_BRACE) p = this.name(p);
          if (p < 0) return NO_TOKEN;
          continue;
        }
      } else {
        p = endOfLiteral(source, p);
      }
      if (p < 0) return NO_TOKEN;
      // Behind a value: leave what closes here, then on to the next value of what is open.
      for (;;) {
        if (depth === 0) {
          this.at = copyText(this.words, this.run, p, this.outWords, this.at);
          return p;
        }
        if (IS_SPACE[source[p]] === 1) p = this.skipSpace(p);
        const next = source[p];
        if (next === COMMA) {
          p = (braces & 1) === 1 ? this.name(p + 1) : p + 1;
          if (p < 0) return NO_TOKEN;
          break;
        }
        if (next !== ((braces & 1) === 1 ? OPEN_BRACE : OPEN_BRACKET) + 2) return NO_TOKEN;
        p++;
        braces >>>= 1;
        depth--;
      }
    }
  }

  /** The position of a member's value, of which the name, or white space before it, begins at `p`. */
  private name(p: number): number {
    const { source } = this;
    p = this.skipSpace(p);
    if (source[p] !== QUOTE) return NO_TOKEN;
    p = endOfString(source, p);
    if (p < 0) return NO_TOKEN;
    p = this.skipSpace(p);
    if (source[p] !== COLON) return NO_TOKEN;
    return this.skipSpace(p + 1);
  }

  /** The position behind the white space at `p`, if any, which is not copied. */
  private skipSpace(p: number): number {
    if (IS_SPACE[this.source[p]] !== 1) return p;
    this.at = copyText(this.words, this.run, p, this.outWords, this.at);
    this.run = this.behindSpace(p);
    return this.run;
  }

  /** The position behind the white space at `p`. */
  private behindSpace(p: number): number {
    while (IS_SPACE[this.source[p]] === 1) p++;
    return p;
  }
}

/** The digits of `source[from..to)`, among which there may be a point, as one number. */
function wholeNumber(source: Buffer, from: number, to: number): number {
  let number = 0;
  for (let p = from; p < to; p++) if (source[p] !== DOT) number = 10 * number + (source[p] - ZERO);
  return number;
}
