// Element by element, flatten, composites, several outputs, and nothing at all.
import "../../../../sdk";
import { P, type PCollection, type Root } from "apache-beam/pvalue";
import { create } from "apache-beam/transforms/create";
import { flatten } from "apache-beam/transforms/flatten";
import { impulse } from "apache-beam/transforms/internal";
import { partition, split } from "apache-beam/transforms/pardo";
import { PTransformClass, withName } from "apache-beam/transforms/transform";
import { asyncParDo, asyncParDoWithOutputs, jsonCoder } from "../../../../transforms";
import { ByParityFn, SumOfBundleFn, type Parities } from "../dofns";
import type { UnderTest } from "../under_test";

const numbers = jsonCoder<number>();

/** An element of one of two outputs, as the SDK splits them. */
type Sizes = { low: number; high: number };

/** A composite in a composite. */
class TimesTen extends PTransformClass<PCollection<number>, PCollection<number>> {
  override expand(input: PCollection<number>): PCollection<number> {
    return input.apply(withName("double", double)).map(withName("five times", (n: number) => n * 5));
  }
}

function double(input: PCollection<number>): PCollection<number> {
  return input.map(withName("two times", (n: number) => n * 2));
}

function empty(root: Root): PCollection<number> {
  return root.apply(withName("nothing", create([0]))).flatMap(withName("drop", () => [] as number[]));
}

export function elements(on: UnderTest): void {
  describe("elements", () => {
    test("one by one, in bundles, and in composites, of which one does nothing", async () => {
      const output = await on.collectAll((root) => {
        const input = root.apply(create([1, 2, 3]));
        return {
          mapped: input
            .map(withName("map", (n: number) => n * 10))
            .flatMap(withName("flatMap", (n: number) => [n, n + 1])),
          sums: input
            .apply(asyncParDo(new SumOfBundleFn(), numbers))
            .apply(withName("itself", (same: PCollection<number>) => same)),
          composites: input.apply(withName("ten times", new TimesTen())),
        };
      });
      expect(output.mapped).toEqual([10, 11, 20, 21, 30, 31]);
      expect((output.sums as number[]).reduce((sum, n) => sum + n)).toBe(6);
      expect(output.composites).toEqual([10, 20, 30]);
    });

    test("flatten of several collections, of one, of a collection with itself, of empty ones and of none", async () => {
      const output = await on.collectAll((root) => {
        const a = root.apply(withName("a", create([1, 2])));
        const b = root.apply(withName("b", create([3])));
        const nothing = empty(root);
        return {
          several: P([a, b]).apply(withName("several", flatten())),
          one: P([a]).apply(withName("one", flatten())),
          twice: P([a, a]).apply(withName("twice", flatten())),
          twiceAndMore: P([b, b, a]).apply(withName("twice and more", flatten())),
          nested: P([P([a, b]).apply(withName("inner", flatten())), b]).apply(withName("outer", flatten())),
          nothing,
          some: P([nothing, a]).apply(withName("some and nothing", flatten())),
          empties: P([nothing, nothing]).apply(withName("empties", flatten())),
          none: P([] as PCollection<number>[]).apply(withName("none", flatten()), root),
        };
      });
      expect(output).toEqual({
        ...{
          several: [1, 2, 3],
          one: [1, 2],
          twice: [1, 1, 2, 2],
          twiceAndMore: [1, 2, 3, 3],
          nested: [1, 2, 3, 3],
        },
        ...{ nothing: [], some: [1, 2], empties: [], none: [] },
      });
    });

    test("several outputs, of which one stays empty and one is not read", async () => {
      const output = await on.collectAll((root) => {
        const input = root.apply(create([1, 2, 3, 4]));
        const tagged = input.apply(
          asyncParDoWithOutputs<number, Parities>(new ByParityFn(), {
            odd: numbers,
            even: jsonCoder<Parities["even"]>(),
            never: jsonCoder<string>(),
          }),
        );
        const { low } = input
          .map(withName("by size", (n: number) => (n < 3 ? { low: n } : { high: n }) as unknown as Sizes))
          .apply(split<Sizes>(["low", "high"]));
        const [, one, two] = input.apply(
          withName(
            "partition",
            partition((n: number) => n % 3, 3),
          ),
        );
        return { ...tagged, low, one, two };
      });
      expect(output).toEqual({
        ...{ odd: [1, 3], even: [{ half: 1 }, { half: 2 }], never: [] },
        ...{ low: [1, 2], one: [1, 4], two: [2] },
      });
    });

    test("nothing at all: an empty pipeline, and one that reads nothing of what it has", async () => {
      expect(await on.run(() => undefined)).toEqual({});
      expect(await on.run((root) => root.apply(impulse()))).toEqual({});
    });
  });
}
