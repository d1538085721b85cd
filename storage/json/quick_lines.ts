// Compacts lines of JSON quickly, one after the other; what is not plain it leaves to the JsonCompactor.
import { viewOf } from "../bytes";
import { tokenNumber } from "../flat_numbers";
import { copyLong, copyText, LONG, WORD } from "../text_words";
import { EXACT_DIGITS, POWERS_OF_TEN } from "./exact_numbers";
import { HEAD_ROOM, MOST_COLUMNS } from "./flat_layout";
import type { Heads } from "./flat_lines";
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
 * a line before, of which the compact form is known. Nothing is looked at twice, bytes are moved in words, and those of a line
 * between which no white space is are moved together.
 */
export class QuickLines {
  /** Where the line ends that was taken last: the position of its LF. */
  lineEnd = 0;
  /** How many values that line has, where it is an object of numbers alone; 0 where it is not. */
  columns = 0;
  /** Their `tokenNumber`s, and those values whose is 0. */
  readonly tokens = new Int32Array(MOST_COLUMNS);
  readonly numbers = new Float64Array(MOST_COLUMNS);
  /** Lines that have columns, and of which this is the same, have the same names. */
  shape = 0;

  private source: Buffer = Buffer.alloc(0);
  private words = viewOf(this.source);
  private outWords = this.words;

  /** The heads of lines before, by the number of the member, as they stood there and in their compact form; and their sizes. */
  private readonly heads = new DataView(new ArrayBuffer(MEMBERS * HEAD_ROOM));
  private readonly outHeads = new DataView(new ArrayBuffer(MEMBERS * HEAD_ROOM));
  private readonly headSize = new Int32Array(MEMBERS);
  private readonly outHeadSize = new Int32Array(MEMBERS);
  /** How many heads are known, and how many were ever learnt. */
  private known = 0;
  private learnt = 0;

  /** Where the output goes on; the bytes from `run` on are still to be copied there. */
  private at = 0;
  private run = 0;

  /** The bytes that lines are in, UTF-8 up to the last LF. */
  setSource(source: Buffer): void {
    this.source = source;
    this.words = viewOf(source);
  }

  /** Where the texts go. */
  setOutput(out: Buffer): void {
    this.outWords = viewOf(out);
  }

  /**
   * Compacts the line that begins at `from`, behind which there must be a LF, to the output at `at`, which must have room
   * for `ROOM` bytes more than the line has.
   * @returns the position behind the text; -1 for a line that is not JSON, or not plain enough
   */
  compact(from: number, at: number): number {
    this.columns = 0;
    const end = this.object(from, at);
    return end < 0 ? this.line(from, at) : end;
  }

  /**
   * Compacts a line that is an object, as `compact` does. It is one function, whose state is in local variables, since calls
   * and fields made it 2.5 times as slow.
   */
  private object(from: number, at: number): number {
    const { source, words, outWords, heads, headSize, outHeads, outHeadSize, numbers, tokens } = this;
    // A word must not be taken from behind the source.
    const limit = source.length - WORD;
    if (source[from] !== OPEN_BRACE) return NO_TOKEN;
    let p = from;
    /** What is before it has been copied. */
    let run = from;
    let isFlat = true;
    for (let member = 0; ; member++) {
      // The head, whose brace or comma is at `p`.
      let isKnown = false;
      if (member < this.known) {
        const size = headSize[member];
        const end = p + size;
        let before = member * HEAD_ROOM;
        if (end > limit) return NO_TOKEN;
        if (size < WORD) {
          // It has 4 bytes or more.
          isKnown =
            words.getInt32(p) === heads.getInt32(before) &&
            words.getInt32(end - 4) === heads.getInt32(before + size - 4);
        } else {
          // The last words overlap.
          const last = end - WORD;
          const lastBefore = before + size - WORD;
          let word = p;
          while (word < last && words.getFloat64(word, true) === heads.getFloat64(before, true)) {
            word += WORD;
            before += WORD;
          }
          isKnown = word >= last && words.getFloat64(last, true) === heads.getFloat64(lastBefore, true);
        }
        if (isKnown) {
          const outSize = outHeadSize[member];
          // A head of the same size is compact, and stays in the run.
          if (outSize !== size) {
            const length = p - run;
            if (length >= LONG) copyLong(words, run, p, outWords, at);
            else
              for (let i = 0; i < length; i += WORD)
                outWords.setFloat64(at + i, words.getFloat64(run + i, true), true);
            at += length;
            const outFrom = member * HEAD_ROOM;
            for (let i = 0; i < outSize; i += WORD)
              outWords.setFloat64(at + i, outHeads.getFloat64(outFrom + i, true), true);
            at += outSize;
            run = end;
          }
          p = end;
        }
      }
      if (!isKnown) {
        this.run = run;
        this.at = at;
        p = this.head(p, member);
        if (p < 0) return NO_TOKEN;
        run = this.run;
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
          const isLong = p - digitsAt > WHOLE_DIGITS;
          const token = isLong ? 0 : tokenNumber(digits, places, first === MINUS);
          tokens[member] = token;
          if (token === 0) {
            const all = isLong ? wholeNumber(source, digitsAt, p) : digits;
            const magnitude = all / POWERS_OF_TEN[places];
            numbers[member] = first === MINUS ? -magnitude : magnitude;
          }
        }
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        isFlat = false;
        this.run = run;
        this.at = at;
        p = this.value(p);
        run = this.run;
        at = this.at;
      } else {
        isFlat = false;
        p = endOfLiteral(source, p);
      }
      if (p < 0 || p > limit) return NO_TOKEN;

      c = source[p];
      if (IS_SPACE[c] === 1) {
        at = copyText(words, run, p, outWords, at);
        while (IS_SPACE[c] === 1) c = source[++p];
        run = p;
        if (p > limit) return NO_TOKEN;
      }
      if (c === COMMA) continue;
      if (c !== CLOSE_BRACE) return NO_TOKEN;
      p++;
      const length = p - run;
      if (length >= LONG) copyLong(words, run, p, outWords, at);
      else
        for (let i = 0; i < length; i += WORD)
          outWords.setFloat64(at + i, words.getFloat64(run + i, true), true);
      while (IS_SPACE[source[p]] === 1) p++;
      if (source[p] !== LF) return NO_TOKEN;
      this.lineEnd = p;
      if (isFlat) {
        this.columns = member + 1;
        this.shape = this.learnt * (MOST_COLUMNS + 1) + member;
      }
      return at + length;
    }
  }

  /**
   * The names of the line that was taken last, which has `columns`, as they are written.
   * @returns undefined where one is written with an escape, or stands twice
   */
  names(): string[] | undefined {
    const names: string[] = [];
    for (let i = 0; i < this.columns; i++) {
      const from = i * HEAD_ROOM;
      const head = Buffer.from(this.outHeads.buffer, this.outHeads.byteOffset + from, this.outHeadSize[i]);
      // A brace or comma and a quote before it, a quote and a colon behind it.
      const name = head.toString("utf8", 2, head.length - 2);
      if (name.includes("\\") || names.includes(name)) return undefined;
      names.push(name);
    }
    return names;
  }

  /** The heads of the line that was taken last, which has `columns`, copied. */
  headsOfLine(): Heads {
    const bytesOf = ({ buffer }: DataView, i: number, size: number): Buffer =>
      Buffer.from(Buffer.from(buffer as ArrayBuffer, i * HEAD_ROOM, size));
    return Array.from({ length: this.columns }, (_, i) => ({
      read: bytesOf(this.heads, i, this.headSize[i]),
      written: bytesOf(this.outHeads, i, this.outHeadSize[i]),
    }));
  }

  /**
   * Finds the head of member `i`, whose brace or comma is at `p`, and what is to be copied of it. It is known from then on, if there is
   * room for it and those before it are.
   * @returns the position behind the head, where the value begins
   */
  private head(p: number, i: number): number {
    const end = this.name(p + 1);
    if (end < 0) return NO_TOKEN;
    if (i < MEMBERS && i <= this.known && end - p <= HEAD_ROOM) this.learn(p, end, i);
    // Heads behind one that is not known may be those of other lines.
    else this.known = Math.min(this.known, i);
    return end;
  }

  /** Keeps the head of member `i`, which is between the two positions. */
  private learn(p: number, end: number, i: number): void {
    const { source, words, heads, outHeads } = this;
    const at = i * HEAD_ROOM;
    for (let k = 0; k < end - p; k++) heads.setUint8(at + k, source[p + k]);
    this.headSize[i] = end - p;
    const name = this.behindSpace(p + 1);
    outHeads.setUint8(at, source[p]);
    const out = copyText(words, name, endOfString(source, name), outHeads, at + 1);
    outHeads.setUint8(out, COLON);
    this.outHeadSize[i] = out + 1 - at;
    this.known = Math.max(this.known, i + 1);
    this.learnt++;
  }

  /** Compacts any line, as `compact` does. */
  private line(from: number, at: number): number {
    this.run = this.behindSpace(from);
    this.at = at;
    const end = this.value(this.run);
    if (end < 0) return NO_TOKEN;
    this.at = copyText(this.words, this.run, end, this.outWords, this.at);
    this.lineEnd = this.behindSpace(end);
    return this.source[this.lineEnd] === LF ? this.at : NO_TOKEN;
  }

  /**
   * Copies the value that begins at `p`, all that it holds, but for what may be copied with what comes behind it.
   * @returns the position behind the value
   */
  private value(p: number): number {
    const { source } = this;
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
        if (depth === 0) return p;
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
