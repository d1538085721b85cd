// Counters and distributions, of the job and of its stages.
import "../../../../sdk";
import type { Root } from "apache-beam/pvalue";
import { create } from "apache-beam/transforms/create";
import { counter, distribution } from "apache-beam/transforms/pardo";
import type { Metrics, StageMetric } from "../../../../runners";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import { CountingFn } from "../dofns";
import type { UnderTest } from "../under_test";

/** With two more it does not fit into 32 bits; on its way it does. */
const LARGE = 2 ** 31 - 1;

const numbers = jsonCoder<number>();

export function metrics(on: UnderTest): void {
  describe("metrics", () => {
    test("are of their stage and their job alone, and not cut to 32 bits", async () => {
      const context = { seen: counter("seen"), sizes: distribution("sizes") };
      const job = (root: Root): unknown =>
        root
          .apply(create([3, 1, LARGE]))
          .apply(asyncParDo(new CountingFn("first", 1), numbers, context))
          .apply(asyncParDo(new CountingFn("second", 3_000_000_000), numbers, context));
      const sizes = { count: 3, sum: LARGE + 4, min: 1, max: LARGE };
      for (let i = 0; i < 2; i++) {
        let live: Metrics = {};
        let stages: readonly StageMetric[] = [];
        const total = await on.run(job, {
          onMetrics: (metrics) => (live = metrics),
          onStageMetrics: (metrics) => (stages = metrics),
        });
        expect([total.seen, live.seen]).toEqual([9_000_000_003, 9_000_000_003]);
        expect(stages.toSorted((a, b) => (a.stage + a.name < b.stage + b.name ? -1 : 1))).toEqual([
          { stage: "first", name: "seen", value: 3 },
          { stage: "first", name: "sizes", value: sizes },
          { stage: "second", name: "seen", value: 9_000_000_000 },
          { stage: "second", name: "sizes", value: sizes },
        ]);
      }
    });
  });
}
