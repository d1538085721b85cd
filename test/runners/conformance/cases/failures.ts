// DoFns that fail, always or once, and jobs that are cancelled.
import "../../../../sdk";
import { create } from "apache-beam/transforms/create";
import { counter } from "apache-beam/transforms/pardo";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import { FailFn, FailOnceFn, GateFn, openGate } from "../dofns";
import type { UnderTest } from "../under_test";

const numbers = jsonCoder<number>();

export function failures(on: UnderTest): void {
  describe("failures", () => {
    test.each([
      ["in startBundle", "startBundle", "Stage 'failing': ", "It fails in startBundle."],
      ["in process, with an error of JavaScript's own", "process", "Stage 'failing': TypeError: ", "no 7"],
      ["in process, with an error that has a name", "named", "", "Record 7 was kept out."],
      ["in finishBundle", "finishBundle", "Stage 'failing': ", "It fails in finishBundle."],
    ] as const)("a DoFn that fails %s fails the job with its message", async (_, where, stage, message) => {
      const { error, whole } = await on.failureOf((root) =>
        root.apply(create([7])).apply(asyncParDo(new FailFn(where), numbers)),
      );
      const [told] = error.message.split("\n");
      if (on.row.errors === "thrown") return expect(told).toBe(message);
      expect(told).toMatch(`${stage}${where.endsWith("Bundle") ? "Error: " : ""}${message}`);
      if (on.row.errors === "told" && where === "named") return expect(whole).toBeUndefined();
      return expect(whole).toContain("at FailFn.");
    });

    const outcome = on.row.retries ? "is tried again: each element is there once" : "fails the job";
    test(`a DoFn that fails once ${outcome}`, async () => {
      const once = new FailOnceFn(on.newFolder(), 3);
      const job = on.collectWithMetrics((root) =>
        root.apply(create([1, 2, 3, 4, 5])).apply(asyncParDo(once, numbers, { tried: counter("tried") })),
      );
      if (!on.row.retries) return expect(job).rejects.toThrow("It fails the first time.");
      const { elements, metrics } = await job;
      // What an attempt counted that failed does not count.
      return expect([elements, metrics.tried]).toEqual([[1, 2, 3, 4, 5], 15_000_000_000]);
    });

    test("a job is cancelled on abort, and the next one runs", async () => {
      const gate = on.newFolder();
      const abort = new AbortController();
      const job = on.run((root) => root.apply(create([1])).apply(asyncParDo(new GateFn(gate), numbers)), {
        onMetrics: () => {
          if (on.isGateReached(gate)) abort.abort(new Error("enough"));
        },
        signal: abort.signal,
      });
      await expect(job).rejects.toThrow("enough");
      // What the engine could not stop may end now.
      openGate(gate);
      expect(await on.collect((root) => root.apply(create([3])))).toEqual([3]);
    });
  });
}
