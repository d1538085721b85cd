// Windows that merge: against a plain reference that joins two that overlap until none do.
import fc from "fast-check";
import { mergeWindows } from "../../../runners/direct/worker/merging";

const windows = fc.array(
  fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 9 })).map(([start, size]) => ({
    start: BigInt(start),
    end: BigInt(start + size),
  })),
  { maxLength: 12 },
);

function joined(all: readonly { start: bigint; end: bigint }[]): string[] {
  const left = all.map((window, item) => ({ ...window, items: [item] }));
  for (let i = 0; i < left.length; i++)
    for (let j = i + 1; j < left.length; j++) {
      const [a, b] = [left[i], left[j]];
      if (a.start >= b.end || b.start >= a.end) continue;
      left.splice(j, 1);
      left[i] = {
        start: a.start < b.start ? a.start : b.start,
        end: a.end > b.end ? a.end : b.end,
        items: [...a.items, ...b.items],
      };
      [i, j] = [-1, left.length];
      break;
    }
  return left.map(({ start, end, items }) => `${start}-${end}: ${items.sort().join()}`).sort();
}

test("windows that overlap are one, with all that was in them", () => {
  fc.assert(
    fc.property(windows, (all) => {
      const merged = mergeWindows(all.map((window, item) => ({ ...window, item })));
      const told = merged.map(({ start, end, items }) => `${start}-${end}: ${items.sort().join()}`);
      expect(told.sort()).toEqual(joined(all));
    }),
    { numRuns: 500 },
  );
});

test("windows that only touch stay two", () => {
  const merged = mergeWindows([
    { start: 0n, end: 10n, item: 1 },
    { start: 10n, end: 20n, item: 2 },
  ]);
  expect(merged).toHaveLength(2);
});
