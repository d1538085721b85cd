// Asynchronous ParDos, and the operator that stands in for the SDK's, on the stock direct runner.
import "../../sdk";
import { create } from "apache-beam/transforms/create";
import { impulse } from "apache-beam/transforms/internal";
import { requireForSerialization } from "apache-beam/serialization";
import { counter, iterableSideInput, split, type Counter } from "apache-beam/transforms/pardo";
import { withName } from "apache-beam/transforms/transform";
import { windowInto } from "apache-beam/transforms/window";
import { fixedWindows } from "apache-beam/transforms/windowings";
import { assignTimestamps } from "apache-beam/transforms/window";
import { groupBy } from "apache-beam/transforms/group_and_combine";
import { PaneInfoCoder } from "apache-beam/coders/required_coders";
import { GlobalWindow, type Instant, type WindowedValue } from "apache-beam/values";
import { asyncParDo, asyncParDoWithOutputs, jsonCoder, type AsyncDoFn, type Tagged } from "../../transforms";
import { collect, collectWithMetrics } from "./run";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What happened, in the order in which it did. The direct runner runs here, so DoFns can write to it. */
const log: string[] = [];
beforeEach(() => {
  log.length = 0;
});

class SlowDoubleFn implements AsyncDoFn<number, number> {
  async *process(n: number): AsyncGenerator<number> {
    await pause(5 - n); // later elements would overtake earlier ones
    log.push(`double ${n}`);
    yield 2 * n;
    await pause(1);
    yield 2 * n + 1;
  }
}

class FanOutFn implements AsyncDoFn<Uint8Array, number> {
  constructor(readonly count: number) {}
  *process(): Generator<number> {
    for (let i = 0; i < this.count; i++) {
      log.push(`out ${i}`);
      yield i;
    }
  }
}

class SlowSinkFn implements AsyncDoFn<number, number> {
  async *process(n: number): AsyncGenerator<number> {
    await pause(1);
    log.push(`in ${n}`);
    yield n;
  }
}

class BundleFn implements AsyncDoFn<number, string> {
  private sum = 0;
  async startBundle(): Promise<void> {
    await pause(1);
    this.sum = 0;
    log.push("start");
  }
  async process(n: number): Promise<void> {
    await pause(1);
    this.sum += n;
  }
  async *finishBundle(): AsyncGenerator<WindowedValue<string>> {
    await pause(1);
    const window = new GlobalWindow();
    const pane = PaneInfoCoder.ONE_AND_ONLY_FIRING;
    yield { value: `sum ${this.sum}`, windows: [window], timestamp: window.maxTimestamp(), pane };
  }
}

class EvenOddFn implements AsyncDoFn<number, Tagged<{ even: number; odd: string }>> {
  async *process(n: number): AsyncGenerator<Tagged<{ even: number; odd: string }>> {
    await pause(1);
    yield n % 2 === 0 ? { tag: "even", value: n } : { tag: "odd", value: `${n}` };
  }
}

class FailFn implements AsyncDoFn<number, number> {
  constructor(readonly when: "start" | "process" | "late" | "finish") {}
  async startBundle(): Promise<void> {
    await pause(1);
    if (this.when === "start") throw new Error("failed at start");
  }
  async *process(n: number): AsyncGenerator<number> {
    if (this.when === "process") throw new Error("failed at process");
    await pause(1);
    if (this.when === "late") throw new Error("failed at late");
    yield n;
  }
  async finishBundle(): Promise<void> {
    await pause(1);
    if (this.when === "finish") throw new Error("failed at finish");
  }
}

interface AddContext {
  more: { lookup(): Iterable<number> };
  seen: Counter;
}

class AddAllFn implements AsyncDoFn<number, number, AddContext> {
  async *process(n: number, { more, seen }: AddContext): AsyncGenerator<number> {
    await pause(1);
    seen.increment();
    yield [...more.lookup()].reduce((sum, next) => sum + next, n);
  }
}

requireForSerialization("beam-predict/test/transforms/async_pardo", {
  SlowDoubleFn,
  FanOutFn,
  SlowSinkFn,
  BundleFn,
  EvenOddFn,
  FailFn,
  AddAllFn,
});

const numbers = jsonCoder<number>();

test("a DoFn may await between the elements that it yields, and nothing is lost", async () => {
  const elements = await collect((root) =>
    root.apply(create([1, 2, 3, 4])).apply(asyncParDo(new SlowDoubleFn(), numbers)),
  );
  expect(elements.sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

test("elements are processed one after the other", async () => {
  await collect((root) =>
    root.apply(create([1, 2, 3, 4], false)).apply(asyncParDo(new SlowDoubleFn(), numbers)),
  );
  expect(log).toEqual(["double 1", "double 2", "double 3", "double 4"]);
});

test("what a synchronous DoFn emits is awaited before it is asked for more", async () => {
  const elements = await collect((root) =>
    root
      .apply(impulse())
      .apply(asyncParDo(new FanOutFn(20), numbers))
      .apply(asyncParDo(new SlowSinkFn(), numbers)),
  );
  expect(elements).toHaveLength(20);
  expect(log.slice(0, 4)).toEqual(["out 0", "in 0", "out 1", "in 1"]);
});

test("a fan-out of 100,000 elements keeps their order and loses none", async () => {
  const elements = await collect((root) =>
    root.apply(impulse()).apply(asyncParDo(new FanOutFn(100_000), numbers)),
  );
  expect(elements).toEqual(Array.from({ length: 100_000 }, (_, i) => i));
});

test("startBundle and finishBundle are awaited, and finishBundle emits", async () => {
  const elements = await collect((root) =>
    root.apply(create([1, 2, 3])).apply(asyncParDo(new BundleFn(), jsonCoder<string>())),
  );
  expect(log).toEqual(["start"]);
  expect(elements).toEqual(["sum 6"]);
});

test("a DoFn with several outputs sends each element to the one that it names", async () => {
  const outputs = asyncParDoWithOutputs(new EvenOddFn(), { even: numbers, odd: jsonCoder<string>() });
  const even = await collect((root) => root.apply(create([1, 2, 3, 4])).apply(outputs).even);
  const odd = await collect((root) => root.apply(create([1, 2, 3, 4])).apply(outputs).odd);
  expect(even.sort()).toEqual([2, 4]);
  expect(odd.sort()).toEqual(["1", "3"]);
});

test.each(["start", "process", "late", "finish"] as const)(
  "a DoFn that fails at %s fails the job with its error",
  async (when) => {
    const job = collect((root) => root.apply(create([1, 2, 3])).apply(asyncParDo(new FailFn(when), numbers)));
    await expect(job).rejects.toThrow(`failed at ${when}`);
  },
);

test("side inputs and counters work across awaits", async () => {
  const { elements, metrics } = await collectWithMetrics((root) => {
    const more = root.apply(withName("more", create([10, 20])));
    return root
      .apply(withName("main", create([1, 2])))
      .apply(asyncParDo(new AddAllFn(), numbers, { more: iterableSideInput(more), seen: counter("seen") }));
  });
  expect(elements.sort()).toEqual([31, 32]);
  expect(metrics.seen).toBe(2);
});

test("the SDK's own kinds of ParDo still work: map, flatMap, split, timestamps, windows", async () => {
  const elements = await collect((root) =>
    root
      .apply(create([1, 2, 3, 4, 5]))
      .map((n: number) => n + 1)
      .flatMap((n: number) => [n, 10 * n])
      .apply(assignTimestamps((n: number, old: Instant) => old.sub(old).add(n * 1000)))
      .apply(windowInto(fixedWindows(10)))
      .apply(groupBy((n: number) => n % 2))
      .map(withName("size", (group: { key: number; value: Iterable<number> }) => [...group.value].length)),
  );
  expect(elements.reduce((sum, size) => sum + size, 0)).toBe(10);
  expect(elements.length).toBeGreaterThan(4);

  const split3 = await collect(
    (root) =>
      root
        .apply(create([1, 2, 3]))
        .map((n: number) => (n === 3 ? { three: n } : { other: n }) as Record<string, number>)
        .apply(split<Record<string, number>>(["three", "other"])).three,
  );
  expect(split3).toEqual([3]);
});
