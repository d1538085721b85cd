// Side inputs of each kind that the SDK has, alone and in windows.
import "../../../../sdk";
import { create } from "apache-beam/transforms/create";
import { iterableSideInput, singletonSideInput } from "apache-beam/transforms/pardo";
import { withName } from "apache-beam/transforms/transform";
import { assignTimestamps, windowInto } from "apache-beam/transforms/window";
import { fixedWindows } from "apache-beam/transforms/windowings";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import { LengthOfSideFn, TextsFn, WithSidesFn } from "../dofns";
import type { UnderTest } from "../under_test";
import { secondsOf } from "../times";

const json = jsonCoder<unknown>();

export function sideInputs(on: UnderTest): void {
  describe("side inputs", () => {
    test("iterable, empty, singleton, with a default, and the main input itself", async () => {
      const output = await on.collect((root) => {
        const main = root.apply(withName("main", create([1, 2, 3])));
        const one = root.apply(withName("one", create([7])));
        const nothing = main.flatMap(withName("drop", () => [] as number[]));
        const sides = {
          all: iterableSideInput(root.apply(withName("all", create(["a", "b"])))),
          fallback: singletonSideInput(nothing, 5),
          itself: iterableSideInput(main),
          none: iterableSideInput(nothing),
          one: singletonSideInput(one),
        };
        return main.apply(asyncParDo(new WithSidesFn(), json, sides as never));
      });
      const looked = { all: ["a", "b"], fallback: 5, itself: [1, 2, 3], none: [], one: 7 };
      expect(output).toEqual([1, 2, 3].map((n) => [n, looked]));
    });

    test("a singleton of two elements fails the job", async () => {
      const { error } = await on.failureOf((root) => {
        const two = root.apply(withName("two", create([1, 2])));
        const sides = { two: singletonSideInput(two) };
        return root.apply(create([0])).apply(asyncParDo(new WithSidesFn(), json, sides as never));
      });
      expect(error.message).toContain("Expected a single element, got 2");
    });

    test("each window sees the side input of its own, or one for all", async () => {
      const output = await on.collect((root) => {
        const windowed = root
          .apply(create([1, 2, 3, 11, 13, 14, 23]))
          .apply(assignTimestamps(secondsOf))
          .apply(windowInto(fixedWindows(10)));
        const main = windowed.flatMap(withName("main", (n: number) => (n % 10 > 2 ? [n] : [])));
        const side = windowed.flatMap(withName("side", (n: number) => (n % 10 < 3 ? [n] : [])));
        const sides = {
          everywhere: singletonSideInput(root.apply(withName("everywhere", create(["e"])))),
          here: iterableSideInput(side),
        };
        return main.apply(asyncParDo(new WithSidesFn(), json, sides as never));
      });
      const looked = (here: number[]) => ({ everywhere: "e", here });
      expect(output).toEqual([
        [13, looked([11])],
        [14, looked([11])],
        [23, looked([])],
        [3, looked([1, 2])],
      ]);
    });

    test("one of 20 MB", async () => {
      const output = await on.collect((root) => {
        const large = root
          .apply(withName("seed", create([0])))
          .apply(asyncParDo(new TextsFn(20, 1e6), jsonCoder<string>()));
        const context = { side: iterableSideInput(large) };
        return root
          .apply(create([0]))
          .apply(asyncParDo(new LengthOfSideFn(), jsonCoder<[number, number]>(), context));
      });
      expect(output).toEqual([[20, 20e6]]);
    });
  });
}
