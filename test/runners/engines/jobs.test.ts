// Jobs on real Flink and real Spark, each inside a job server that the tests share.
import "../../../sdk";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { PCollection, Root } from "apache-beam/pvalue";
import { create } from "apache-beam/transforms/create";
import { groupBy } from "apache-beam/transforms/group_and_combine";
import { counter, iterableSideInput } from "apache-beam/transforms/pardo";
import { sum } from "apache-beam/transforms/combiners";
import { withName } from "apache-beam/transforms/transform";
import { windowInto } from "apache-beam/transforms/window";
import { sessions } from "apache-beam/transforms/windowings";
import type { JobServer } from "../../../runners/job_server";
import { JobFailedError, type Metrics, type PipelineRunner } from "../../../runners";
import { asyncParDo, jsonCoder } from "../../../transforms";
import { ENGINE_NAMES, ENGINES, startEngine } from "./engine";
import { AddAllFn, collected, CollectFn, FailFn, FailOnceFn, slow, SlowFn } from "./fns";

const numbers = jsonCoder<number>();

describe.each(ENGINE_NAMES)("on %s", (name) => {
  let server: JobServer;
  let runner: PipelineRunner;

  beforeAll(async () => {
    server = await startEngine(name);
    runner = ENGINES[name].runner({ jobEndpoint: server.endpoint });
  }, 120_000);
  afterAll(() => server.stop());

  async function collect(
    build: (root: Root) => PCollection<unknown>,
  ): Promise<{ elements: string[]; metrics: Metrics }> {
    const key = `${name}${collected.size}`;
    const elements: string[] = [];
    collected.set(key, elements);
    const collector = asyncParDo(new CollectFn(key), jsonCoder<never>());
    const metrics = await runner.run((root) => build(root).apply(collector));
    return { elements: elements.sort(), metrics };
  }

  test("groups, combines, side inputs, and counters that are of one job of a server alone", async () => {
    const build = (root: Root): PCollection<unknown> => {
      const more = root.apply(withName("more", create([10, 20])));
      return root
        .apply(withName("main", create([1, 2, 3, 4])))
        .apply(asyncParDo(new AddAllFn(), numbers, { more: iterableSideInput(more), seen: counter("seen") }))
        .map((n: number) => ({ odd: n % 2, n }))
        .apply(groupBy("odd").combining("n", sum, "total")) as PCollection<unknown>;
    };
    for (let i = 0; i < 2; i++) {
      const { elements, metrics } = await collect(build);
      expect(elements).toEqual(['{"odd":0,"total":66}', '{"odd":1,"total":64}']);
      expect(metrics.seen).toBe(4);
    }
  });

  test("session windows merge", async () => {
    const { elements } = await collect((root) =>
      root
        .apply(create([1, 2, 3]))
        .apply(windowInto(sessions(10)))
        .apply(groupBy((n: number) => n % 1))
        .map((group: { key: number; value: Iterable<number> }) => [...group.value].length),
    );
    expect(elements).toEqual(["3"]);
  });

  test("an error without words of its own is told with its stage, and all of it is in a file", async () => {
    const job = runner.run((root) => root.apply(create([7])).apply(asyncParDo(new FailFn("plain"), numbers)));
    const error = await job.catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(JobFailedError);
    const [what, , where] = (error as Error).message.split("\n");
    expect(what).toBe("Stage 'failing': TypeError: no 7");
    const [, log] = /^The whole text of the failure: (.*)$/.exec(where)!;
    expect(readFileSync(log, "utf8")).toContain("FailFn.process");
    rmSync(path.dirname(log), { recursive: true });
  });

  test("an error with a name says all by its message", async () => {
    const job = runner.run((root) => root.apply(create([7])).apply(asyncParDo(new FailFn("named"), numbers)));
    const error = await job.catch((reason: unknown) => reason as Error);
    const [, log] = /^Record 7 was kept out\.\nThe whole text of the failure: (.*)$/.exec(
      (error as Error).message,
    )!;
    rmSync(path.dirname(log), { recursive: true });
  });

  test("what an attempt counted that failed is not counted; counts may be beyond 32 bits", async () => {
    const once = new FailOnceFn(name);
    const { elements, metrics } = await collect((root) =>
      root.apply(create([5])).apply(asyncParDo(once, numbers, { seen: counter("once") })),
    );
    expect([elements, metrics.once]).toEqual([["5"], 3_000_000_000]);
  });

  test("a job is cancelled on abort, and the job server takes the next one", async () => {
    const abort = new AbortController();
    slow.started = 0;
    const job = runner.run((root) => root.apply(create([1])).apply(asyncParDo(new SlowFn(), numbers)), {
      onMetrics: () => {
        if (slow.started > 0) abort.abort(new Error("enough"));
      },
      signal: abort.signal,
    });
    await expect(job).rejects.toThrow("enough");
    expect((await collect((root) => root.apply(create([3])))).elements).toEqual(["3"]);
  });
});
