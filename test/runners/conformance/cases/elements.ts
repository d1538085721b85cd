// Element by element, flatten, composites, several outputs, and nothing at all.
import "../../../../sdk";
import { P, type PCollection, type Root } from "apache-beam/pvalue";
import { create } from "apache-beam/transforms/create";
import { flatten } from "apache-beam/transforms/flatten";
import { withName } from "apache-beam/transforms/transform";
import type { UnderTest } from "../under_test";

export function elements(on: UnderTest): void {
  describe("elements", () => {
    test("map and flatMap", async () => {
      const output = await on.collect((root) =>
        root
          .apply(create([1, 2, 3]))
          .map((n: number) => n * 10)
          .flatMap((n: number) => [n, n + 1]),
      );
      expect(output).toEqual([10, 11, 20, 21, 30, 31]);
    });

    test("flatten of several collections, of one, and of a collection with itself", async () => {
      const output = await on.collectAll((root) => {
        const a = root.apply(withName("a", create([1, 2])));
        const b = root.apply(withName("b", create([3])));
        return {
          several: P([a, b]).apply(withName("several", flatten())),
          one: P([a]).apply(withName("one", flatten())),
          twice: P([a, a]).apply(withName("twice", flatten())),
        };
      });
      expect(output).toEqual({ several: [1, 2, 3], one: [1, 2], twice: [1, 1, 2, 2] });
    });

    test("flatten with empty collections, and of none", async () => {
      const empty = (root: Root): PCollection<number> =>
        root.apply(create([0])).flatMap(() => [] as number[]);
      const output = await on.collectAll((root) => {
        const nothing = empty(root);
        const some = root.apply(withName("some", create([1, 2])));
        return {
          nothing,
          some: P([nothing, some]).apply(withName("some and nothing", flatten())),
          empties: P([nothing, nothing]).apply(withName("empties", flatten())),
          none: P([] as PCollection<number>[]).apply(withName("none", flatten()), root),
        };
      });
      expect(output).toEqual({ nothing: [], some: [1, 2], empties: [], none: [] });
    });
  });
}
