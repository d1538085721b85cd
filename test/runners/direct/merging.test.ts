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

interface Joined {
  start: bigint;
  end: bigint;
  items: number[];
}

const overlap = (a: Joined, b: Joined): boolean => a.start < b.end && b.start < a.end;

function joinedPair(a: Joined, b: Joined): Joined {
  return {
    start: a.start < b.start ? a.start : b.start,
    end: a.end > b.end ? a.end : b.end,
    items: [...a.items, ...b.items],
  };
}

function joined(all: readonly { start: bigint; end: bigint }[]): string[] {
  let left: Joined[] = all.map((window, item) => ({ ...window, items: [item] }));
  for (;;) {
    const one = left.find((a) => left.some((b) => a !== b && overlap(a, b)));
    if (one === undefined) break;
    const other = left.find((b) => one !== b && overlap(one, b))!;
    left = [...left.filter((window) => window !== one && window !== other), joinedPair(one, other)];
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
