// The hash of bytes: the same for the same bytes, a number that is exact, and spread out.
import fc from "fast-check";
import { hash53 } from "../../storage/hash";

const bytes = fc.uint8Array({ maxLength: 60 });

function hashOf(text: string): number {
  const source = Buffer.from(text);
  return hash53(source, 0, source.length);
}

it("is the same for the same bytes, wherever they are", () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (before, span, behind) => {
      const source = Buffer.concat([before, span, behind]);
      const from = before.length;
      expect(hash53(source, from, from + span.length)).toBe(hash53(span, 0, span.length));
    }),
  );
});

it("is an integer from 0 to 2^53 - 1", () => {
  fc.assert(
    fc.property(bytes, (span) => {
      const hash = hash53(span, 0, span.length);
      expect(Number.isSafeInteger(hash)).toBe(true);
      expect(hash).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2000 },
  );
});

it("is cyrb53, with the values that its author gives", () => {
  const hashes = ["a", "b", "revenge", "revenue"].map(hashOf);
  expect(hashes).toEqual([7929297801672961, 8684336938537663, 4051478007546757, 8309097637345594]);
});

it("differs between texts that differ little", () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => `{"id":${i}}`);
  expect(new Set(texts.map(hashOf)).size).toBe(texts.length);
  expect(hashOf("ab")).not.toBe(hashOf("ba"));
  expect(hashOf("a\u0000")).not.toBe(hashOf("a"));
});

it("spreads texts evenly over partitions", () => {
  const partitions = new Array<number>(16).fill(0);
  for (let i = 0; i < 16_000; i++) partitions[hashOf(`{"id":${i}}`) % 16]++;
  expect(Math.min(...partitions)).toBeGreaterThan(850);
  expect(Math.max(...partitions)).toBeLessThan(1150);
});
