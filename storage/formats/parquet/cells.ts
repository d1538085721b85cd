// Turns JSON texts into what the columns of a Parquet file hold, without losing a digit.
import type { ColumnType } from "../output_format";

/** What a cell holds. */
export type Cell = number | bigint | boolean | string | null;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The cell for the compact JSON text `source[from..to)`; undefined when a column of that type can't hold it. */
export function cellOf(type: ColumnType, source: Buffer, from: number, to: number): Cell | undefined {
  const first = source[from];
  if (first === LOWER_N) return null;
  switch (type) {
    case "double": {
      if (!isNumber(first)) return undefined;
      const value = Number(source.toString("latin1", from, to));
      // Rounding to the nearest double is what a column of doubles means; becoming infinite is not.
      return Number.isFinite(value) ? value : undefined;
    }
    case "int64":
      return isNumber(first) ? integerOf(source.toString("latin1", from, to)) : undefined;
    case "boolean":
      return first === LOWER_T ? true : first === LOWER_F ? false : undefined;
    case "string":
      return first === QUOTE ? stringOf(source, from, to) : source.toString("utf8", from, to);
    case "json":
      return source.toString("utf8", from, to);
  }
}

function isNumber(first: number): boolean {
  return first === MINUS || (first >= ZERO && first <= NINE);
}

function stringOf(source: Buffer, from: number, to: number): string | undefined {
  const text = source.toString("utf8", from + 1, to - 1);
  if (!text.includes("\\")) return text;
  const value = JSON.parse(`"${text}"`) as string;
  // Half a surrogate pair has no UTF-8.
  return /\p{Surrogate}/u.test(value) ? undefined : value;
}

/** The value of a JSON number if it is an integer of 64 bits, however it is written: `5`, `5.0`, `1e3`. */
export function integerOf(text: string): bigint | undefined {
  let digits: string;
  let scale = 0;
  const negative = text.startsWith("-");
  if (/^-?\d+$/.test(text)) {
    digits = negative ? text.slice(1) : text;
  } else {
    const [, whole, fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text)!;
    const all = whole + fraction;
    digits = all.replace(/0+$/, "");
    scale = Number(exponent) - fraction.length + all.length - digits.length;
  }
  digits = digits.replace(/^0+/, "");
  if (digits === "") return 0n;
  // Before any power of ten is computed: exponents may be huge.
  if (scale < 0 || digits.length + scale > 19) return undefined;
  const value = BigInt((negative ? "-" : "") + digits + "0".repeat(scale));
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
}
