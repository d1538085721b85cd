// The canonical form of a JSON text: two records are the same exactly when their canonical forms are the same bytes.
import { compareBytes, copyBytes } from "../bytes";

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

/**
 * Writes canonical forms into a buffer of its own, which the next call overwrites.
 *
 * Members are ordered by the bytes of their names, the last of several of one name counts; strings carry only the
 * escapes that they need; numbers are written as their decimal value, digits without zeros at either end, and a
 * power of ten: `5.0` and `5` are `5`, `120` and `1.2e2` are `12e1`. No number passes through a double, so two
 * 19-digit ids stay two.
 *
 * Its input is compact JSON that JsonCompactor has let through; nothing is checked again.
 */
export class Canonicalizer {
  /** The canonical form is `bytes[0..size)` after a call. */
  bytes = Buffer.allocUnsafeSlow(1 << 10);
  size = 0;

  private scratch = Buffer.alloc(0);
  private source: Buffer = this.bytes;
  private p = 0;
  private end = 0;

  /** Writes the canonical form of the compact JSON text `source[from..to)`; returns its size in bytes. */
  canonicalize(source: Buffer, from: number, to: number): number {
    this.source = source;
    this.p = from;
    this.end = to;
    this.size = 0;
    // Only numbers grow, by their exponent at most: `20` to `2e1`, `1.5` to `15e-1`.
    const room = 2 * (to - from) + 16;
    if (this.bytes.length < room) this.bytes = Buffer.allocUnsafeSlow(2 * room);
    this.value();
    return this.size;
  }

  private value(): void {
    switch (this.source[this.p]) {
      case OPEN_BRACE:
        return this.object();
      case OPEN_BRACKET:
        return this.array();
      case QUOTE:
        return this.string();
      case 0x74: // true
      case 0x6e: // null
        return this.copy(4);
      case 0x66: // false
        return this.copy(5);
      default:
        return this.number();
    }
  }

  private array(): void {
    this.copy(1);
    while (this.source[this.p] !== CLOSE_BRACKET) {
      if (this.source[this.p] === COMMA) this.copy(1);
      this.value();
    }
    this.copy(1);
  }

  private object(): void {
    this.copy(1);
    const { bytes } = this;
    const first = this.size;
    // Of each member: where its name, its value and it as a whole begin and end, in the canonical bytes.
    const names: number[] = [];
    const values: number[] = [];
    const ends: number[] = [];
    let ordered = true;
    while (this.source[this.p] !== CLOSE_BRACE) {
      if (this.source[this.p] === COMMA) this.copy(1);
      names.push(this.size);
      this.string();
      values.push(this.size);
      this.copy(1);
      this.value();
      ends.push(this.size);
      const n = names.length - 1;
      if (n > 0 && compareBytes(bytes, names[n - 1], values[n - 1], bytes, names[n], values[n]) >= 0)
        ordered = false;
    }
    if (!ordered) this.order(first, names, values, ends);
    this.copy(1);
  }

  /** Rewrites the members behind `first` in the order of their names. */
  private order(first: number, names: number[], values: number[], ends: number[]): void {
    if (this.scratch.length < this.size) this.scratch = Buffer.allocUnsafeSlow(this.bytes.length);
    const { bytes, scratch } = this;
    copyBytes(bytes, first, this.size, scratch, first);
    const sorted = names
      .map((_, i) => i)
      .sort((a, b) => compareBytes(scratch, names[a], values[a], scratch, names[b], values[b]) || a - b);
    let at = first;
    for (let i = 0; i < sorted.length; i++) {
      const member = sorted[i];
      const next = sorted[i + 1];
      // Of several of one name the last counts.
      if (
        next !== undefined &&
        compareBytes(scratch, names[member], values[member], scratch, names[next], values[next]) === 0
      ) {
        continue;
      }
      if (at > first) bytes[at++] = COMMA;
      at = copyBytes(scratch, names[member], ends[member], bytes, at);
    }
    this.size = at;
  }

  private string(): void {
    const { source } = this;
    const from = this.p;
    let p = from + 1;
    let escaped = false;
    while (source[p] !== QUOTE) {
      if (source[p] === BACKSLASH) {
        escaped = true;
        p++;
      }
      p++;
    }
    p++;
    if (!escaped) return this.copy(p - from);
    // Rare: let the engine read and write it. Its writer escapes what it must, lone surrogates included, in one way.
    const text = JSON.stringify(JSON.parse(source.toString("utf8", from, p)));
    this.size += this.bytes.write(text, this.size, "utf8");
    this.p = p;
  }

  private number(): void {
    const { source, bytes, end } = this;
    let p = this.p;
    const at = this.size;
    let o = at;
    if (source[p] === MINUS) bytes[o++] = source[p++];
    const digits = o;
    let exponent = 0; // the power of ten of the last digit written
    let fraction = false;
    // A number is the one value that does not say itself where it ends; behind `end` the next record may begin.
    for (; p < end; p++) {
      const c = source[p];
      if (c >= ZERO && c <= NINE) {
        if (o > digits || c !== ZERO) bytes[o++] = c;
        if (fraction) exponent--;
      } else if (c === DOT) {
        fraction = true;
      } else {
        break;
      }
    }
    if (p < end && (source[p] === LOWER_E || source[p] === UPPER_E)) {
      const negative = source[++p] === MINUS;
      if (negative || source[p] === PLUS) p++;
      let scale = 0; // of at most MAX_EXPONENT_DIGITS digits, hence exact
      while (p < end && source[p] >= ZERO && source[p] <= NINE) scale = 10 * scale + source[p++] - ZERO;
      exponent += negative ? -scale : scale;
    }
    this.p = p;
    if (o === digits) {
      bytes[at] = ZERO; // zero has one form, whatever its sign or scale
      this.size = at + 1;
      return;
    }
    while (bytes[o - 1] === ZERO) {
      o--;
      exponent++;
    }
    this.size = o;
    if (exponent !== 0) this.size += bytes.write(`e${exponent}`, o, "latin1");
  }

  /** Copies the next `count` bytes as they are. */
  private copy(count: number): void {
    const { source, bytes } = this;
    let { p, size } = this;
    for (const end = p + count; p < end;) bytes[size++] = source[p++];
    this.p = p;
    this.size = size;
  }
}
