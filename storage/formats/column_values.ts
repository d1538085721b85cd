// Turns a JSON value into what a typed column holds, exactly or not at all.
import { UnwritableRowError } from "../errors";
import type { Column, ColumnType } from "./output_format";

/** A value of a column; int64 are bigints, which hold every digit. */
export type ColumnValue = number | bigint | boolean | string | null;

/** What `columnValue` returns for a value that the column can't hold as it is. */
export const UNFIT = Symbol("unfit");

const QUOTE = 0x22;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/** Integers of up to this many characters are exact as doubles. */
const EXACT_DIGITS = 15;
/** The digits of the largest int64. */
const INT64_DIGITS = 19;
/** The longest value that an error shows. */
const SHOWN_BYTES = 60;

/**
 * The value of the compact JSON text `source[from..to)` in a column of a type; null stays null.
 *
 * - double: a number; rounded as every reader of JSON does, except that an integer written in digits alone must not
 *   change (a 19-digit id is no measurement), and none may become infinite
 * - int64: a number whose decimal value is an integer of 64 bits: `5`, `5.0`, `1e3`
 * - string: the characters of a string; of other values the text. A lone surrogate has no UTF-8 and does not fit.
 * - json: the text
 */
export function columnValue(
  source: Buffer,
  from: number,
  to: number,
  type: ColumnType,
): ColumnValue | typeof UNFIT {
  const first = source[from];
  if (first === LOWER_N) return null;
  switch (type) {
    case "json":
      return source.toString("utf8", from, to);
    case "string":
      return first === QUOTE ? stringValue(source, from, to) : source.toString("utf8", from, to);
    case "boolean":
      return first === LOWER_T ? true : first === LOWER_F ? false : UNFIT;
    case "double":
      return isNumber(first) ? doubleValue(source.toString("latin1", from, to)) : UNFIT;
    case "int64":
      return isNumber(first) ? integerValue(source.toString("latin1", from, to)) : UNFIT;
  }
}

/** The error for a value that does not fit its column. */
export function unfitError(column: Column, source: Buffer, from: number, to: number): UnwritableRowError {
  const { name, type } = column;
  const shown =
    to - from > SHOWN_BYTES
      ? `${source.toString("utf8", from, from + SHOWN_BYTES)}... (${to - from} bytes)`
      : source.toString("utf8", from, to);
  return new UnwritableRowError(
    `The column '${name}' holds values of the type ${type}, and a row has ${shown} there, which it can't hold as it is. ` +
      "Write jsonl or tsv-json instead, which hold any value.",
  );
}

function isNumber(first: number): boolean {
  return (
    first !== QUOTE &&
    first !== LOWER_T &&
    first !== LOWER_F &&
    first !== OPEN_BRACE &&
    first !== OPEN_BRACKET
  );
}

function stringValue(source: Buffer, from: number, to: number): string | typeof UNFIT {
  const inner = source.toString("utf8", from + 1, to - 1);
  if (!inner.includes("\\")) return inner;
  const text = JSON.parse(`"${inner}"`) as string;
  return isWellFormed(text) ? text : UNFIT;
}

function isWellFormed(text: string): boolean {
  // A lone surrogate alone is in no UTF-8 text: encoding replaces it, and what comes back differs.
  return !/[\ud800-\udfff]/.test(text) || Buffer.from(text).toString() === text;
}

function doubleValue(text: string): number | typeof UNFIT {
  const value = Number(text);
  if (!Number.isFinite(value)) return UNFIT;
  if (text.length > EXACT_DIGITS && /^-?\d+$/.test(text)) {
    // What is written for a double (`100000000000000000000`) is not its exact value: either may be the same number.
    if (String(value) !== text && BigInt(value) !== BigInt(text)) return UNFIT;
  }
  return value;
}

function integerValue(text: string): bigint | typeof UNFIT {
  if (text.length <= EXACT_DIGITS) {
    const value = Number(text);
    // Up to 15 characters without an exponent have at most 15 digits, which a double keeps.
    if (Number.isSafeInteger(value) && !/[eE]/.test(text)) return BigInt(value);
  }
  const [, sign, whole, fraction = "", scale = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const significant = (whole + fraction).replace(/^0+/, "");
  const digits = significant.replace(/0+$/, "");
  if (digits === "") return 0n;
  // JsonCompactor allows no exponent that is not exact as a number.
  const zeros = Number(scale) - fraction.length + significant.length - digits.length;
  if (zeros < 0 || digits.length + zeros > INT64_DIGITS) return UNFIT;
  const value = BigInt(sign + digits) * 10n ** BigInt(zeros);
  return BigInt.asIntN(64, value) === value ? value : UNFIT;
}
