// Grouping by key and combining.
import "../../../../sdk";
import { create } from "apache-beam/transforms/create";
import { groupBy } from "apache-beam/transforms/group_and_combine";
import { withName } from "apache-beam/transforms/transform";
import type { UnderTest } from "../under_test";

export function grouping(on: UnderTest): void {
  describe("grouping", () => {
    test("every value is in the group of its key", async () => {
      const output = await on.collect((root) =>
        root
          .apply(create([...Array(100).keys()]))
          .apply(groupBy((n: number) => n % 7))
          .map(
            withName("sort", ({ key, value }: { key: number; value: Iterable<number> }) => ({
              key,
              values: [...value].sort((a, b) => a - b),
            })),
          ),
      );
      const group = (key: number): number[] => [...Array(100).keys()].filter((n) => n % 7 === key);
      expect(output).toEqual([...Array(7).keys()].map((key) => ({ key, values: group(key) })));
    });
  });
}
