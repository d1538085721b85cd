// Lines that a sieve does not want: what is left is as it would be without it, in its place, and the others are counted.
import fc from "fast-check";
import type { RecordBatch, Sieve } from "../../storage";
import { readLines } from "./lines_reading";

/** Each record by the byte at which it starts; where its numbers are known they must be its own. */
function recordsOf(batches: readonly RecordBatch[]): Map<number, { text: string; number: number }> {
  const found = new Map<number, { text: string; number: number }>();
  for (const { records, numbers, offsets, flat } of batches)
    for (const [i, text] of records.texts().entries()) {
      found.set(offsets[i], { text, number: numbers[i] });
      const width = flat?.names.length ?? 0;
      if (flat === undefined || Number.isNaN(flat.values[i * width])) continue;
      const parsed = JSON.parse(text) as Record<string, number>;
      expect(flat.names).toEqual(Object.keys(parsed));
      expect([...flat.values.subarray(i * width, (i + 1) * width)]).toEqual(Object.values(parsed));
    }
  return found;
}

/** The first number of a record. */
const firstOf = (text: string): number => Object.values(JSON.parse(text) as Record<string, number>)[0];

/** Wants no records of which the first number is even. */
const odd: Sieve = ({ names, tokens }) => {
  const rows = Array.from({ length: tokens.length / names.length }, (_, i) => i);
  return Uint32Array.from(rows.filter((i) => (tokens[i * names.length] >> 4) % 2 !== 0));
};

const line = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.nat(99), fc.nat(99)).map(([a, b]) => `{"a": ${a}, "b": ${b}.5}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('{"a": "x", "b": 1}', "", "{", "[1]", '{"a": 123456789012, "b": 2}'),
  },
  { weight: 1, arbitrary: fc.nat(99).map((a) => `{"c": ${a}}`) },
);

test("those that are wanted are as they are without a sieve, and all are counted", async () => {
  let left = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 200, size: "max" }),
      fc.integer({ min: 200, max: 5000 }),
      fc.constantFrom(1, 7, 64, 4096),
      async (lines, chunk, size) => {
        const all = recordsOf(await readLines(lines, chunk, size));
        const batches = await readLines(lines, chunk, size, odd);
        const some = recordsOf(batches);
        for (const [offset, record] of some) expect(record).toEqual(all.get(offset));
        const missing = batches.reduce((sum, batch) => sum + batch.left, 0);
        expect(some.size + missing).toBe(all.size);
        for (const [offset, record] of all) if (!some.has(offset)) expect(firstOf(record.text) % 2).toBe(0);
        for (const { records, left } of batches) expect(records.length + left).toBeLessThanOrEqual(size);
        left += missing;
      },
    ),
    { numRuns: 300 },
  );
  expect(left).toBeGreaterThan(1000);
});

test("a batch of which nothing is wanted says so", async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `{"a": ${2 * i}}`);
  const batches = await readLines(lines, 1 << 20, 100, () => new Uint32Array());
  expect(batches.reduce((sum, { left, records }) => sum + left + records.length, 0)).toBe(1000);
  expect(batches.at(-1)!.left).toBe(100);
});
