// The table of distinct records, against a plain reference.
import fc from "fast-check";
import { ByteColumn } from "../../storage";
import type { PredictionBlock } from "../../transforms";
import { DistinctRows, recordHash } from "../../transforms/distinct_rows";
import { choices, meaning, spell, tree } from "../json_texts";

function block(texts: string[]): PredictionBlock {
  return {
    records: ByteColumn.of(texts),
    predictions: ByteColumn.of(texts.map((_, i) => `${i}`)),
    outcomes: Uint8Array.from(texts, (_, i) => i % 4),
  };
}

/** The texts that stay of these. */
function distinctTexts(texts: string[], hashOf = recordHash): string[] {
  const rows = new DistinctRows();
  const input = block(texts);
  texts.forEach((_, i) => rows.add(input, i, hashOf(input, i)));
  expect(rows.length).toBe(
    new Set([...rows.drain(Infinity)].flatMap((some) => some.rows.records.texts())).size,
  );
  texts.forEach((_, i) => rows.add(input, i, hashOf(input, i)));
  return [...rows.drain(3)].flatMap((some) => some.rows.records.texts());
}

const text = fc.tuple(tree, choices).map(([value, choices]) => spell(value, choices));

test.each([
  ["their own hashes", recordHash],
  ["hashes that are all the same", () => 7],
  ["hashes that crowd", (rows: PredictionBlock, i: number) => recordHash(rows, i) % 3],
])("keeps the smallest text of each set of equal records, with %s", (_, hashOf) => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
      const smallest = new Map<string, Buffer>();
      for (const bytes of texts.map((text) => Buffer.from(text))) {
        const known = smallest.get(meaning(bytes.toString()));
        if (known === undefined || bytes.compare(known) < 0) smallest.set(meaning(bytes.toString()), bytes);
      }
      const kept = distinctTexts(texts, hashOf);
      expect(kept.sort()).toEqual([...smallest.values()].map((bytes) => bytes.toString()).sort());
    }),
  );
});

test("a row keeps the prediction and the outcome of its record", () => {
  const rows = new DistinctRows();
  const input = block(["1", "2.0", "2", "2.00"]);
  for (let i = 0; i < 4; i++) rows.add(input, i, recordHash(input, i));
  const [{ rows: kept, hashes }] = rows.drain(Infinity);
  expect(kept.records.texts()).toEqual(["1", "2"]);
  expect(kept.predictions.texts()).toEqual(["0", "2"]);
  expect([...kept.outcomes]).toEqual([0, 2]);
  expect([...hashes]).toEqual([recordHash(input, 0), recordHash(input, 2)]);
});

test("holds 100,000 rows and forgets them when it is drained", () => {
  const rows = new DistinctRows();
  const input = block(Array.from({ length: 100_000 }, (_, i) => `{"id":${i}}`));
  for (let i = 0; i < 100_000; i++) rows.add(input, i, recordHash(input, i));
  for (let i = 0; i < 100_000; i += 7) rows.add(input, i, recordHash(input, i));
  expect(rows.length).toBe(100_000);
  expect([...rows.drain(4096)].map((some) => some.hashes.length).slice(0, 2)).toEqual([4096, 4096]);
  expect(rows.length).toBe(0);
  expect([...rows.drain(4096)]).toEqual([]);
});

test("regression: a record that is a bare number ends where it ends, not in the record behind it", () => {
  expect(distinctTexts(["120", "120", "12e1", "1"])).toEqual(["120", "1"]);
  const input = block(["12", "0", "12"]);
  expect(recordHash(input, 0)).toBe(recordHash(input, 2));
});
