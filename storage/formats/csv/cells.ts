// What the cells of a column mean, by what the model's schema asks of the field: each becomes a JSON value or nothing.
import { JsonCompactor, MAX_EXPONENT_DIGITS } from "../../json/compact";
import type { FieldType } from "../field_types";

/**
 * Writes the JSON value of the cell `source[from..to)`, which is UTF-8, to `out` at `at`; there is room for
 * `roomForCell` bytes.
 * @returns the position behind it, or `LEFT_OUT`
 */
export type CellWriter = (source: Buffer, from: number, to: number, out: Buffer, at: number) => number;

/** What a CellWriter returns for a cell that gives the record no field. */
export const LEFT_OUT = -1;

/** What a cell is not. */
const NOT = -1;

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const LOWER = 0x20;
const OPEN = { array: 0x5b, object: 0x7b };
const WORDS = ["true", "false"].map((word) => Buffer.from(word));
const NULL = Buffer.from("null");
const HEX = "0123456789abcdef";

/** The letter that escapes a control character, 0 for those that have none. */
const SHORT_ESCAPE = new Uint8Array(SPACE);
for (const [code, letter] of [
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [12, "f"],
  [13, "r"],
] as const) {
  SHORT_ESCAPE[code] = letter.charCodeAt(0);
}

/** The most bytes that the value of a cell of `size` bytes takes: quotes, `null`, a `0` before a dot; `\u0000`. */
export const roomForCell = (size: number): number => 6 * size + 4;

/**
 * How the cells of a column are understood. A field that may be a string, or of which nothing is said, is the text as
 * it is. Else a number, a boolean, an array or an object is what the field allows and the cell can be read as; an empty
 * cell is null where the field allows that, and no field at all where not; anything else stays a string, which the
 * schema then refuses with its reason. White space around what is no string does not count.
 */
export function cellWriter(types: readonly FieldType[] | undefined): CellWriter {
  if (types === undefined || types.includes("string")) return writeString;
  const isNumber = types.includes("number") || types.includes("integer");
  const isBoolean = types.includes("boolean");
  const brackets = (["array", "object"] as const)
    .filter((type) => types.includes(type))
    .map((type) => OPEN[type]);
  const isNullable = types.includes("null");
  const compactor = brackets.length > 0 ? new JsonCompactor() : undefined;

  return (source, from, to, out, at) => {
    let first = from;
    let last = to;
    while (first < last && isSpace(source[first])) first++;
    while (first < last && isSpace(source[last - 1])) last--;
    if (first === last) return isNullable ? at + NULL.copy(out, at) : LEFT_OUT;
    let end = NOT;
    if (isNumber) end = writeNumber(source, first, last, out, at);
    if (end === NOT && isBoolean) end = writeBoolean(source, first, last, out, at);
    if (end === NOT && compactor !== undefined && brackets.includes(source[first])) {
      end = writeJson(compactor, source, first, last, out, at);
    }
    return end === NOT ? writeString(source, from, to, out, at) : end;
  };
}

const isSpace = (c: number): boolean => c === SPACE || (c >= 0x09 && c <= 0x0d);
const isDigit = (c: number): boolean => c >= ZERO && c <= ZERO + 9;

function writeString(source: Buffer, from: number, to: number, out: Buffer, at: number): number {
  out[at++] = QUOTE;
  for (let p = from; p < to; p++) {
    const c = source[p];
    if (c < SPACE) {
      at = writeControl(c, out, at);
    } else {
      if (c === QUOTE || c === BACKSLASH) out[at++] = BACKSLASH;
      out[at++] = c;
    }
  }
  out[at++] = QUOTE;
  return at;
}

function writeControl(c: number, out: Buffer, at: number): number {
  out[at++] = BACKSLASH;
  if (SHORT_ESCAPE[c] !== 0) {
    out[at++] = SHORT_ESCAPE[c];
    return at;
  }
  return at + out.write(`u00${HEX[c >> 4]}${HEX[c & 15]}`, at, "latin1");
}

/** Writes a number with the digits it has, in JSON's way: no plus, no leading zeros, digits on both sides of a dot. */
function writeNumber(source: Buffer, from: number, to: number, out: Buffer, at: number): number {
  let p = from;
  if (source[p] === MINUS) {
    out[at++] = MINUS;
    p++;
  } else if (source[p] === PLUS) {
    p++;
  }
  const whole = p;
  while (p < to && source[p] === ZERO) p++;
  const significant = p;
  while (p < to && isDigit(source[p])) out[at++] = source[p++];
  if (p === significant) out[at++] = ZERO;
  let digits = p - whole;
  if (p < to && source[p] === DOT) {
    const fraction = ++p;
    if (p < to && isDigit(source[p])) out[at++] = DOT;
    while (p < to && isDigit(source[p])) out[at++] = source[p++];
    digits += p - fraction;
  }
  if (digits === 0) return NOT;
  if (p === to) return at;
  return (source[p] | LOWER) === LOWER_E ? writeExponent(source, p, to, out, at) : NOT;
}

function writeExponent(source: Buffer, p: number, to: number, out: Buffer, at: number): number {
  out[at++] = source[p++];
  if (source[p] === MINUS || source[p] === PLUS) out[at++] = source[p++];
  if (p >= to) return NOT;
  let significant = 0;
  for (; p < to; p++) {
    const c = source[p];
    if (!isDigit(c)) return NOT;
    if (significant > 0 || c !== ZERO) significant++;
    out[at++] = c;
  }
  return significant > MAX_EXPONENT_DIGITS ? NOT : at;
}

function writeBoolean(source: Buffer, from: number, to: number, out: Buffer, at: number): number {
  for (const word of WORDS) {
    if (to - from !== word.length) continue;
    let i = 0;
    while (i < word.length && (source[from + i] | LOWER) === word[i]) i++;
    if (i === word.length) return at + word.copy(out, at);
  }
  return NOT;
}

/** Writes an array or object. It is read within an array, since it will be one level deeper in its record. */
function writeJson(
  compactor: JsonCompactor,
  source: Buffer,
  from: number,
  to: number,
  out: Buffer,
  at: number,
): number {
  const nested = Buffer.allocUnsafe(to - from + 2);
  nested[0] = OPEN.array;
  source.copy(nested, 1, from, to);
  nested[nested.length - 1] = OPEN.array + 2;
  if (compactor.compact(nested, 0, nested.length, nested, 0) < 0) return NOT;
  // Without the brackets around it: `[1],[2]` is no value.
  const end = compactor.compact(source, from, to, out, at);
  return end < 0 ? NOT : end;
}
