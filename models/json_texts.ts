// JSON texts by the thousand, as a model takes them and as it gives them: one buffer, no object each.
import type { PredictionError } from "./errors";

/** JSON texts, UTF-8, one behind the other: text `i` ends before byte `ends[i]`, and begins where the one before it ends. */
export interface JsonTexts {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
  /** The numbers of those texts that are flat, where somebody has parsed them already. */
  readonly flat?: FlatTexts;
}

/** The numbers of texts that are objects of the same names in the same order, with nothing but numbers for values. */
export interface FlatTexts {
  readonly names: readonly string[];
  /** One row a text, as many columns as names; the first is NaN where the text is another. */
  readonly values: Float64Array;
}

/** What a model says of JSON texts: of each its prediction as a compact JSON text, `null` where there is none. */
export interface TextAnswers extends JsonTexts {
  /** Why those have none that have none, in their order. */
  readonly errors: readonly { readonly row: number; readonly error: PredictionError }[];
}

/** Where text `i` begins. */
export function startOf({ ends }: JsonTexts, i: number): number {
  return i === 0 ? 0 : ends[i - 1];
}

/**
 * The value of text `i`.
 * @param seen the fields that are taken of an object, all when none is named; other values are taken as they are
 */
export function valueOf(texts: JsonTexts, i: number, seen: readonly string[]): unknown {
  const value = JSON.parse(texts.bytes.toString("utf8", startOf(texts, i), texts.ends[i])) as unknown;
  if (seen.length === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    seen.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]]),
  );
}
