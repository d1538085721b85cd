// Large elements, many of them, and bundles that take long.
import "../../../../sdk";
import { create } from "apache-beam/transforms/create";
import { groupGlobally } from "apache-beam/transforms/group_and_combine";
import { count, sum } from "apache-beam/transforms/combiners";
import { reshuffle } from "apache-beam/transforms/utils";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import {
  digest,
  DigestFn,
  GateFn,
  largeText,
  LargeTextFn,
  MeasureFn,
  type Measure,
  openGate,
  TextsFn,
} from "../dofns";
import { named } from "../groups";
import type { UnderTest } from "../under_test";

const texts = jsonCoder<string>();
const measures = jsonCoder<Measure>();
const LARGE = 20_000_000;

export function size(on: UnderTest): void {
  describe("size", () => {
    test("an element of 20 MB arrives as it was", async () => {
      const output = await on.collect((root) =>
        root
          .apply(create([LARGE, 1000]))
          .apply(asyncParDo(new LargeTextFn(), texts))
          .apply(reshuffle())
          .apply(asyncParDo(new DigestFn(), texts)),
      );
      expect(output).toEqual([largeText(LARGE), largeText(1000)].map(digest).sort());
    }, 120_000);

    test("one element fans out to 200 MB, and each part arrives once", async () => {
      const output = await on.collect((root) =>
        root
          .apply(create([0]))
          .apply(asyncParDo(new TextsFn(2_000, 100_000), texts))
          .apply(reshuffle())
          .apply(asyncParDo(new MeasureFn(), measures))
          .apply(
            named(
              "total",
              groupGlobally<Measure>()
                .combining("number", sum, "sum")
                .combining("length", sum, "length")
                .combining("length", count, "count"),
            ),
          ),
      );
      expect(output).toEqual([{ sum: (2_000 * 1_999) / 2, length: 200e6, count: 2_000 }]);
    }, 120_000);

    test("one element fans out to 20,000 small ones", async () => {
      const output = await on.collect((root) =>
        root
          .apply(create([0]))
          .apply(asyncParDo(new TextsFn(20_000, 8), texts))
          .apply(reshuffle())
          .apply(asyncParDo(new MeasureFn(), measures))
          .apply(
            named(
              "total",
              groupGlobally<Measure>().combining("number", sum, "sum").combining("number", count, "count"),
            ),
          ),
      );
      expect(output).toEqual([{ sum: (20_000 * 19_999) / 2, count: 20_000 }]);
    }, 120_000);

    test("a bundle stays open for as long as its DoFn waits, and loses nothing", async () => {
      const gate = on.newFolder();
      let reports = 0;
      const all = [...Array(50).keys()];
      const job = on.collect(
        (root) => root.apply(create(all)).apply(asyncParDo(new GateFn(gate), jsonCoder<number>())),
        // The runner has told how far it is some times while the bundle stood still.
        {
          onMetrics: () => {
            if (on.isGateReached(gate) && ++reports === 10) openGate(gate);
          },
        },
      );
      expect((await job).sort((a, b) => a - b)).toEqual(all);
      expect(reports).toBeGreaterThanOrEqual(10);
    });
  });
}
