// Checks that a span of bytes is one JSON value and copies it without the white space between its tokens.

/** Values nested deeper than this are refused: it keeps everything behind it safe from stack overflow. */
export const MAX_DEPTH = 512;

/** Exponents with more digits are refused: with these, a power of ten is exact as a plain number. */
export const MAX_EXPONENT_DIGITS = 15;

/** What `compact` returns for a span that holds white space alone. */
export const BLANK = -1;
/** What `compact` returns for a span that is not one JSON value; `reason` and `position` say why. */
export const NOT_JSON = -2;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_U = 0x75;

/** The bytes that may follow a backslash in a string: " \ / b f n r t u. */
const IS_ESCAPE = tableOf('"\\/bfnrtu');
const IS_HEX = tableOf("0123456789abcdefABCDEF");
const LITERALS = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/**
 * A strict reader of JSON (RFC 8259) over bytes that are known to be UTF-8. It does not build values: a record is
 * kept as its text, token by token as it was read, so that `5.0` stays `5.0`.
 */
export class JsonCompactor {
  /** Why the last span was not JSON, and at which byte of the source. */
  reason = "";
  position = 0;

  private source: Uint8Array = new Uint8Array(0);
  private end = 0;
  private p = 0;
  private out: Uint8Array = this.source;
  private o = 0;
  private readonly closers = new Uint8Array(MAX_DEPTH);

  /**
   * Copies the JSON value `source[from..to)` to `out` at `at`, which must have room for `to - from` bytes.
   * @returns the position behind the copy, `BLANK` or `NOT_JSON`
   */
  compact(source: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
    this.source = source;
    this.end = to;
    this.p = from;
    this.out = out;
    this.o = at;
    this.skipSpace();
    if (this.p === to) return BLANK;
    if (!this.values()) return NOT_JSON;
    this.skipSpace();
    if (this.p === to) return this.o;
    this.unexpected();
    return NOT_JSON;
  }

  /** One value with all that it holds. The nesting is a stack of closing brackets, not of calls. */
  private values(): boolean {
    let depth = 0;
    for (;;) {
      const c = this.peek();
      if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        if (depth === MAX_DEPTH) return this.fail(`is nested deeper than ${MAX_DEPTH} levels`);
        this.copy(c);
        this.skipSpace();
        // ASCII puts each closing bracket two behind its opening one.
        if (this.peek() !== c + 2) {
          this.closers[depth++] = c + 2;
          if (c === OPEN_BRACE && !this.key()) return false;
          continue;
        }
        this.copy(c + 2);
      } else if (!this.scalar(c)) {
        return false;
      }
      // Behind a value: leave what closes here, then on to the next value of what is open.
      for (;;) {
        if (depth === 0) return true;
        const closer = this.closers[depth - 1];
        this.skipSpace();
        const next = this.peek();
        if (next === closer) {
          this.copy(closer);
          depth--;
        } else if (next === COMMA) {
          this.copy(COMMA);
          this.skipSpace();
          if (closer === CLOSE_BRACE && !this.key()) return false;
          break;
        } else {
          return this.unexpected();
        }
      }
    }
  }

  private key(): boolean {
    if (this.peek() !== QUOTE) return this.unexpected();
    if (!this.string()) return false;
    this.skipSpace();
    if (this.peek() !== COLON) return this.unexpected();
    this.copy(COLON);
    this.skipSpace();
    return true;
  }

  private scalar(c: number): boolean {
    if (c === QUOTE) return this.string();
    if (c === MINUS || (c >= ZERO && c <= NINE)) return this.number();
    const literal = LITERALS.get(c);
    if (literal === undefined) return this.unexpected();
    for (const byte of literal) {
      if (this.peek() !== byte) return this.unexpected();
      this.copy(byte);
    }
    return true;
  }

  private string(): boolean {
    const { source, out, end } = this;
    let { p, o } = this;
    out[o++] = QUOTE;
    p++;
    for (;;) {
      const c = p < end ? source[p] : 0;
      if (c === QUOTE) break;
      if (c < SPACE) return this.unexpected(p);
      if (c === BACKSLASH) {
        if (p + 1 >= end || IS_ESCAPE[source[p + 1]] === 0) return this.unexpected(p + 1);
        if (source[p + 1] === LOWER_U) {
          for (let i = p + 2; i < p + 6; i++)
            if (i >= end || IS_HEX[source[i]] === 0) return this.unexpected(i);
        }
        out[o++] = c;
        out[o++] = source[p + 1];
        p += 2;
      } else {
        out[o++] = c;
        p++;
      }
    }
    out[o++] = QUOTE;
    this.p = p + 1;
    this.o = o;
    return true;
  }

  private number(): boolean {
    if (this.peek() === MINUS) this.copy(MINUS);
    if (this.peek() === ZERO) this.copy(ZERO);
    else if (!this.digits()) return false;
    if (this.peek() === DOT) {
      this.copy(DOT);
      if (!this.digits()) return false;
    }
    const e = this.peek();
    if (e === 0x65 || e === 0x45) {
      this.copy(e);
      const sign = this.peek();
      if (sign === MINUS || sign === PLUS) this.copy(sign);
      let first = this.p;
      if (!this.digits()) return false;
      while (first < this.p && this.source[first] === ZERO) first++;
      if (this.p - first > MAX_EXPONENT_DIGITS)
        return this.fail(`has an exponent of ${this.p - first} digits`);
    }
    return true;
  }

  /** One digit or more. */
  private digits(): boolean {
    let c = this.peek();
    if (c < ZERO || c > NINE) return this.unexpected();
    do {
      this.copy(c);
      c = this.peek();
    } while (c >= ZERO && c <= NINE);
    return true;
  }

  /** The next byte, 0 at the end (a byte that no JSON value holds). */
  private peek(): number {
    return this.p < this.end ? this.source[this.p] : 0;
  }

  private copy(byte: number): void {
    this.out[this.o++] = byte;
    this.p++;
  }

  private skipSpace(): void {
    const { source, end } = this;
    let p = this.p;
    while (p < end) {
      const c = source[p];
      if (c !== SPACE && c !== LF && c !== CR && c !== TAB) break;
      p++;
    }
    this.p = p;
  }

  private unexpected(at = this.p): false {
    this.p = Math.min(at, this.end);
    if (this.p === this.end) return this.fail("ends too early");
    const byte = this.source[this.p];
    const shown =
      byte > SPACE && byte < 0x7f
        ? `'${String.fromCharCode(byte)}'`
        : `byte 0x${byte.toString(16).padStart(2, "0")}`;
    return this.fail(`has an unexpected ${shown}`);
  }

  private fail(reason: string): false {
    this.reason = reason;
    this.position = this.p;
    return false;
  }
}
