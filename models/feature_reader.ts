// Reads the numbers of JSON records straight from their bytes into the rows of a tensor, and checks them on the way.
import type { FeaturePlan, PlannedFeature } from "./feature_plan";
import { startOf, type FlatTexts, type JsonTexts } from "./json_texts";

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
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const WORD = 8;
const NO_FIT = -1;

/** Whole numbers below this are exact as doubles, and so are these powers of ten: a quotient or product of two is rounded right. */
const EXACT = 2 ** 53;
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Exponents of more digits are left to `Number`. */
const EXPONENT_DIGITS = 4;

/** A field of the plan as its bytes are looked for. */
interface Field extends PlannedFeature {
  /** `"name":`, and its size. */
  head: DataView;
  size: number;
  /** How many numbers it has, 1 where it is no array. */
  count: number;
  /** Its first column. */
  column: number;
  /** Whether there is more to check than that it is a number. */
  hasRule: boolean;
}

/**
 * Reads compact JSON texts. A text fits when it is an object that has each field of the plan once, as its rule wants it, its
 * names written without escapes; fields are looked for in the order that the text before had them in.
 */
export class FeatureReader {
  /** The numbers of a row. */
  readonly width: number;
  /** The texts that did not fit in the last `read`, in their order. */
  unfit: number[] = [];

  /** In the order of the columns, and in that of the text before. */
  private readonly fields: readonly Field[];
  private readonly order: Field[];
  private readonly allowsOthers: boolean;
  private bytes: Buffer = Buffer.alloc(0);
  private words = wordsOf(this.bytes);
  private flatNames: readonly string[] | undefined;
  private flatColumns: Int32Array | undefined;

  constructor({ features, allowsOthers }: FeaturePlan) {
    let column = 0;
    this.fields = features.map((feature) => {
      const head = wordsOf(Buffer.from(`${JSON.stringify(feature.name)}:`));
      const count = feature.items ?? 1;
      const field = { ...feature, head, size: head.byteLength, count, column, hasRule: hasRule(feature) };
      column += count;
      return field;
    });
    this.order = [...this.fields];
    this.width = column;
    this.allowsOthers = allowsOthers;
  }

  /**
   * Writes the numbers of the texts that fit into rows, which there must be as many of as texts.
   * @returns how many fitted; `unfit` tells the others
   */
  read(texts: JsonTexts, rows: Float64Array | Float32Array): number {
    const { length } = texts.ends;
    this.bytes = texts.bytes;
    this.words = wordsOf(texts.bytes);
    this.unfit = [];
    const { flat } = texts;
    const columns = flat && this.columnsIn(flat.names);
    let row = 0;
    for (let i = 0; i < length; i++) {
      const at = row * this.width;
      const isFit =
        flat !== undefined && columns !== undefined && isFlat(flat, i)
          ? this.copy(flat.values, i * flat.names.length, columns, rows, at)
          : this.record(startOf(texts, i), texts.ends[i], rows, at);
      if (isFit) row++;
      else this.unfit.push(i);
    }
    return row;
  }

  /** Where each column of a row is among the numbers of flat texts with these names; undefined where such texts do not fit. */
  private columnsIn(names: readonly string[]): Int32Array | undefined {
    if (this.flatNames === names) return this.flatColumns;
    this.flatNames = names;
    const columns = Int32Array.from(this.fields, ({ name }) => names.indexOf(name));
    const hasAll = this.fields.every(({ items }) => items === undefined) && !columns.includes(-1);
    this.flatColumns = hasAll && (this.allowsOthers || names.length === columns.length) ? columns : undefined;
    return this.flatColumns;
  }

  /** Takes a row over from the numbers at `from`; returns whether they are as the rules want them. */
  private copy(
    numbers: Float64Array,
    from: number,
    columns: Int32Array,
    rows: Float64Array | Float32Array,
    at: number,
  ): boolean {
    const { fields } = this;
    for (let i = 0; i < columns.length; i++) {
      const value = numbers[from + columns[i]];
      if (fields[i].hasRule && !isAllowed(value, fields[i])) return false;
      rows[at + i] = value;
    }
    return true;
  }

  /** Reads the record `bytes[p..end)` into `rows` from `at` on; returns whether it fits. */
  private record(p: number, end: number, rows: Float64Array | Float32Array, at: number): boolean {
    const { bytes, words, order } = this;
    if (bytes[p] !== OPEN_BRACE) return false;
    let found = 0;
    for (;;) {
      // The name, whose brace or comma is at `p`.
      p++;
      let field = found < order.length ? order[found] : undefined;
      if (field === undefined || !startsWith(words, p, end, field)) {
        const place = this.find(p, end);
        if (place < 0) {
          p = this.allowsOthers ? endOfMember(bytes, p, end) : NO_FIT;
          if (p < 0) return false;
          if (bytes[p] === COMMA) continue;
          return bytes[p] === CLOSE_BRACE && p + 1 === end && found === order.length;
        }
        // It was there already.
        if (place < found) return false;
        field = order[place];
        order[place] = order[found];
        order[found] = field;
      }
      p += field.size;
      found++;

      // The number, or the numbers between brackets.
      const { count } = field;
      const isArray = field.items !== undefined;
      if (isArray && bytes[p++] !== OPEN_BRACKET) return false;
      const column = at + field.column;
      for (let i = 0; i < count; i++) {
        if (i > 0 && bytes[p++] !== COMMA) return false;
        const first = p;
        let c = bytes[p];
        if (c === MINUS) c = bytes[++p];
        if (c < ZERO || c > NINE) return false;
        let digits = c - ZERO;
        c = bytes[++p];
        if (digits !== 0) {
          for (; c >= ZERO && c <= NINE; c = bytes[++p]) digits = 10 * digits + (c - ZERO);
        }
        let power = 0;
        if (c === DOT) {
          const point = p;
          for (c = bytes[++p]; c >= ZERO && c <= NINE; c = bytes[++p]) digits = 10 * digits + (c - ZERO);
          power = point + 1 - p;
          if (power === 0) return false;
        }
        if (c === LOWER_E || c === LOWER_E - 0x20) {
          c = bytes[++p];
          const isNegative = c === MINUS;
          if (isNegative || c === PLUS) c = bytes[++p];
          const exponentFrom = p;
          let exponent = 0;
          for (; c >= ZERO && c <= NINE; c = bytes[++p]) exponent = 10 * exponent + (c - ZERO);
          if (p === exponentFrom) return false;
          if (p - exponentFrom > EXPONENT_DIGITS) digits = EXACT;
          else power += isNegative ? -exponent : exponent;
        }
        let value: number;
        if (digits < EXACT && power <= 22 && power >= -22) {
          value = power < 0 ? digits / POWERS[-power] : digits * POWERS[power];
          if (bytes[first] === MINUS) value = -value;
        } else {
          value = Number(bytes.toString("latin1", first, p));
          if (!Number.isFinite(value)) return false;
        }
        if (field.hasRule && !isAllowed(value, field)) return false;
        rows[column + i] = value;
      }
      if (isArray && bytes[p++] !== CLOSE_BRACKET) return false;

      if (bytes[p] === COMMA) continue;
      return bytes[p] === CLOSE_BRACE && p + 1 === end && found === order.length;
    }
  }

  /** The place in the order of the field whose name is at `p`. */
  private find(p: number, end: number): number {
    const { order, words } = this;
    for (let i = 0; i < order.length; i++) if (startsWith(words, p, end, order[i])) return i;
    return NO_FIT;
  }
}

function isFlat({ names, values }: FlatTexts, i: number): boolean {
  return !Number.isNaN(values[i * names.length]);
}

function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the text that ends before `end` has a field's name at `p`. Words are compared as doubles: no name makes a NaN or a zero. */
function startsWith(words: DataView, p: number, end: number, { head, size }: Field): boolean {
  if (p + size > end) return false;
  if (size < WORD) {
    for (let i = 0; i < size; i++) if (words.getUint8(p + i) !== head.getUint8(i)) return false;
    return true;
  }
  // The last words overlap.
  const last = size - WORD;
  for (let i = 0; i < last; i += WORD)
    if (words.getFloat64(p + i, true) !== head.getFloat64(i, true)) return false;
  return words.getFloat64(p + last, true) === head.getFloat64(last, true);
}

function hasRule({
  isInteger,
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
}: PlannedFeature): boolean {
  const isBounded = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].some(Number.isFinite);
  return isInteger || isBounded;
}

function isAllowed(value: number, rule: PlannedFeature): boolean {
  return (
    value >= rule.minimum &&
    value <= rule.maximum &&
    value > rule.exclusiveMinimum &&
    value < rule.exclusiveMaximum &&
    (!rule.isInteger || Number.isInteger(value))
  );
}

/** The position behind the member whose name is at `p`; NO_FIT where that name has an escape, so that it may be a known one. */
function endOfMember(bytes: Buffer, p: number, end: number): number {
  if (bytes[p] !== QUOTE) return NO_FIT;
  for (p++; bytes[p] !== QUOTE; p++) if (p >= end || bytes[p] === BACKSLASH) return NO_FIT;
  if (bytes[++p] !== COLON) return NO_FIT;
  p++;
  for (let depth = 0; p < end; p++) {
    const c = bytes[p];
    if (c === QUOTE) {
      for (p++; p < end && bytes[p] !== QUOTE; p++) if (bytes[p] === BACKSLASH) p++;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      depth++;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (depth-- === 0) return p;
    } else if (c === COMMA && depth === 0) {
      return p;
    }
  }
  return NO_FIT;
}
