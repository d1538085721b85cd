// Blocks of predictions for the tests of distinct, and what must stay of them by a plain reference.
import fc from "fast-check";
import { ByteColumn } from "../../../storage";
import type { PredictionBlock } from "../../../transforms";
import { recordHash } from "../../../transforms/distinct/record_order";
import { choices, meaning, spell, tree } from "../../json_texts";

/** JSON texts, many of them equal and written differently. */
export const text = fc.tuple(tree, choices).map(([value, choices]) => spell(value, choices));

/** A block of records, whose predictions are their numbers from `first` on. */
export function block(texts: readonly string[], first = 0): PredictionBlock {
  return {
    records: ByteColumn.of(texts),
    predictions: ByteColumn.of(texts.map((_, i) => `${first + i}`)),
    outcomes: Uint8Array.from(texts, (_, i) => (first + i) % 4),
  };
}

type HashOf = (records: ByteColumn, i: number) => number;

/** Ways to hash a record, each of which must do. */
export const HASHES: [string, HashOf][] = [
  ["their own hashes", recordHash],
  ["hashes that are all the same", (): number => 7],
  ["hashes that crowd", (records: ByteColumn, i: number): number => recordHash(records, i) % 3],
];

/** Of each set of equal texts the smallest, in order. */
export function smallestTexts(texts: readonly string[]): string[] {
  const smallest = new Map<string, Buffer>();
  for (const bytes of texts.map((text) => Buffer.from(text))) {
    const known = smallest.get(meaning(bytes.toString()));
    if (known === undefined || bytes.compare(known) < 0) smallest.set(meaning(bytes.toString()), bytes);
  }
  return [...smallest.values()].map((bytes) => bytes.toString()).sort();
}

/** Checks that each record has the prediction and the outcome that it came with. */
export function expectWhole(rows: PredictionBlock, texts: readonly string[]): void {
  rows.records.texts().forEach((text, i) => {
    const came = Number(rows.predictions.text(i));
    expect(texts[came]).toBe(text);
    expect(rows.outcomes[i]).toBe(came % 4);
  });
}
