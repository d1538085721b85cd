// Timestamps and windows: fixed, sliding, sessions, and what is grouped and combined in them.
import "../../../../sdk";
import { P, type PCollection, type Root } from "apache-beam/pvalue";
import { sum } from "apache-beam/transforms/combiners";
import { create } from "apache-beam/transforms/create";
import { flatten } from "apache-beam/transforms/flatten";
import { groupBy } from "apache-beam/transforms/group_and_combine";
import { withName } from "apache-beam/transforms/transform";
import { assignTimestamps, windowInto } from "apache-beam/transforms/window";
import { fixedWindows, sessions, slidingWindows } from "apache-beam/transforms/windowings";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import { named, SortGroupFn, type Group } from "../groups";
import { secondsOf } from "../times";
import type { UnderTest } from "../under_test";

type Windowing = ReturnType<typeof fixedWindows>;

function timed(root: Root, seconds: number[], name = "seconds"): PCollection<number> {
  return root
    .apply(withName(name, create(seconds)))
    .apply(withName(`times of ${name}`, assignTimestamps(secondsOf)));
}

/** The groups of each window, of odd and of even numbers. */
function grouped(input: PCollection<number>, windowing: Windowing, name = "grouped"): PCollection<unknown> {
  const groups = input.apply(withName(`windows of ${name}`, windowInto(windowing))).apply(
    withName(
      `groups of ${name}`,
      groupBy((n: number) => Math.abs(n % 2)),
    ),
  );
  return (groups as unknown as PCollection<Group>).apply(
    withName(name, asyncParDo(new SortGroupFn(), jsonCoder<unknown>())),
  );
}

/** A group as it is observed: with its window in seconds, and the last millisecond of it as its time. */
function group(key: number, values: number[], [start, end]: [number, number]) {
  return { value: [key, values], window: [1000 * start, 1000 * end], timestamp: 1000 * end - 1 };
}

export function windows(on: UnderTest): void {
  describe("windows", () => {
    test("elements keep the timestamps that they are given", async () => {
      const output = await on.observe((root) => timed(root, [0, 1, -5, 2e9, 0.5]));
      expect(output).toEqual([-5, 0, 0.5, 1, 2e9].map((value) => ({ value, timestamp: 1000 * value })));
    });

    test("fixed windows, with an offset too, of elements at the edges of windows, and before 1970", async () => {
      const output = await on.observeAll((root) => {
        const input = timed(root, [0, 2, 9, 10, 12, 19, -1, -10]);
        return {
          plain: grouped(input, fixedWindows(10), "plain"),
          short: grouped(timed(root, [0, 0.25, 0.5], "short seconds"), fixedWindows(0.5), "short"),
        };
      });
      expect(sorted(output.plain)).toEqual(
        sorted([
          group(0, [-10], [-10, 0]),
          group(1, [-1], [-10, 0]),
          group(0, [0, 2], [0, 10]),
          group(1, [9], [0, 10]),
          group(0, [10, 12], [10, 20]),
          group(1, [19], [10, 20]),
        ]),
      );
      expect(sorted(output.short)).toEqual(
        sorted([group(0, [0], [0, 0.5]), group(0.25, [0.25], [0, 0.5]), group(0.5, [0.5], [0.5, 1])]),
      );
    });

    test("sliding windows: an element is in each of them", async () => {
      const output = await on.observe((root) => grouped(timed(root, [0, 6, -3]), slidingWindows(10, 5)));
      expect(sorted(output)).toEqual(
        sorted([
          group(1, [-3], [-10, 0]),
          group(0, [0], [-5, 5]),
          group(1, [-3], [-5, 5]),
          group(0, [0, 6], [0, 10]),
          group(0, [6], [5, 15]),
        ]),
      );
    });

    test("combining in windows; the parts of a flatten keep theirs", async () => {
      const output = await on.observe((root) => {
        const input = timed(root, [1, 2, 3, 11, 12]).apply(windowInto(fixedWindows(10)));
        const odd = input.flatMap(withName("odd", (n: number) => (n % 2 === 1 ? [n] : [])));
        const even = input.flatMap(withName("even", (n: number) => (n % 2 === 0 ? [n] : [])));
        return P([odd, even])
          .apply(flatten())
          .apply(
            named(
              "sum",
              groupBy((n: number) => n % 1, "all").combining((n: number) => n, sum, "sum"),
            ),
          );
      });
      expect(sorted(output)).toEqual(
        sorted([
          { value: { all: 0, sum: 6 }, window: [0, 10_000], timestamp: 9_999 },
          { value: { all: 0, sum: 23 }, window: [10_000, 20_000], timestamp: 19_999 },
        ]),
      );
    });

    if (!on.row.features.includes("merging windows")) return;

    test("sessions merge, key by key, and what is combined in them too", async () => {
      const output = await on.observeAll((root) => {
        const input = timed(root, [1, 2, 5, 14, 40, 41, 60]);
        return {
          groups: grouped(input, sessions(10)),
          sums: input.apply(withName("windows of sums", windowInto(sessions(10)))).apply(
            named(
              "sum",
              groupBy((n: number) => n % 1, "all").combining((n: number) => n, sum, "sum"),
            ),
          ),
        };
      });
      expect(sorted(output.groups)).toEqual(
        sorted([
          group(1, [1, 5], [1, 15]),
          group(0, [2], [2, 12]),
          group(0, [14], [14, 24]),
          group(0, [40], [40, 50]),
          group(1, [41], [41, 51]),
          group(0, [60], [60, 70]),
        ]),
      );
      expect(output.sums.map(({ value, window }) => [value, window])).toEqual([
        [{ all: 0, sum: 22 }, [1_000, 24_000]],
        [{ all: 0, sum: 60 }, [60_000, 70_000]],
        [{ all: 0, sum: 81 }, [40_000, 51_000]],
      ]);
    });
  });
}

function sorted(elements: readonly unknown[]): unknown[] {
  return elements.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
