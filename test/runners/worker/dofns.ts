// The DoFns that the worker's tests send to it, and what they leave behind for the test to see: it is one process.
import "../../../sdk";
import { PaneInfoCoder } from "apache-beam/coders/required_coders";
import { requireForSerialization } from "apache-beam/serialization";
import type { Counter, Metric, SideInputParam } from "apache-beam/transforms/pardo";
import { GlobalWindow, type WindowedValue } from "apache-beam/values";
import {
  ProcessResultBuilder,
  registerOperatorConstructor,
  type IOperator,
} from "apache-beam/worker/operators";
import "../../../transforms";
import type { AsyncDoFn } from "../../../transforms";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What happened, counted by name. */
export const seen = new Map<string, number>();
/** Those who wait for the test, by name; the test calls them. */
export const gates = new Map<string, () => void>();

export function count(name: string, by = 1): void {
  seen.set(name, (seen.get(name) ?? 0) + by);
}

function inGlobalWindow<T>(value: T): WindowedValue<T> {
  const window = new GlobalWindow();
  return {
    value,
    windows: [window],
    timestamp: window.maxTimestamp(),
    pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
  };
}

/** Stands for whatever makes the input; never run. */
export class InputFn implements AsyncDoFn<unknown, unknown> {
  process(): void {}
}

/** Gives on what it gets, waits now and then, and says at the end of the bundle how much it was. */
export class SlowFn implements AsyncDoFn<number, number | string> {
  private elements = 0;
  constructor(readonly everyNth: number) {}
  async startBundle(): Promise<void> {
    await pause(1);
    this.elements = 0;
  }
  async *process(n: number): AsyncGenerator<number> {
    if (n % this.everyNth === 0) await pause(1);
    this.elements++;
    yield n;
  }
  async *finishBundle(): AsyncGenerator<WindowedValue<string>> {
    await pause(1);
    yield inGlobalWindow(`finished after ${this.elements}`);
  }
}

/** Emits texts of a length, without ever waiting of its own accord. */
export class FanOutFn implements AsyncDoFn<unknown, string> {
  constructor(
    readonly texts: number,
    readonly length: number,
  ) {}
  *process(): Generator<string> {
    for (let i = 0; i < this.texts; i++) {
      count("emitted", this.length);
      yield `${i}-`.padEnd(this.length, "x");
    }
  }
}

/** Gives back how long the texts are; takes its time. */
export class LengthFn implements AsyncDoFn<string, number> {
  async *process(text: string): AsyncGenerator<number> {
    await pause(1);
    count("processed", text.length);
    yield text.length;
  }
}

/** Waits at an element until the test opens the gate. */
export class GateFn implements AsyncDoFn<string, string> {
  async *process(name: string): AsyncGenerator<string> {
    if (name.startsWith("gate")) {
      await new Promise<void>((resolve) => {
        gates.set(name, resolve);
        count(name);
      });
    }
    yield name;
  }
}

/** Gives so many copies of each element, and waits now and then. */
export class EchoFn implements AsyncDoFn<string, string> {
  private elements = 0;
  constructor(
    readonly copies: number,
    readonly waitEvery: number,
  ) {}
  async *process(text: string): AsyncGenerator<string> {
    if (this.elements++ % this.waitEvery === 0) await pause(1);
    for (let i = 0; i < this.copies; i++) yield text;
  }
}

/** Fails at an element. */
export class FailFn implements AsyncDoFn<string, string> {
  async *process(text: string): AsyncGenerator<string> {
    await pause(1);
    if (text === "fail") throw new Error("This element is bad.", { cause: new Error("It is meant to be.") });
    yield text;
  }
}

/** Tells how many bundles this very object has begun. */
export class BundlesFn implements AsyncDoFn<string, number> {
  private bundles = 0;
  startBundle(): void {
    this.bundles++;
  }
  *process(text: string): Generator<number> {
    if (text === "fail") throw new Error("This element is bad.");
    yield this.bundles;
  }
}

/** Counts, with and without waiting. */
export class MetricsFn implements AsyncDoFn<number, number, { hits: Counter; sizes: Metric<number> }> {
  async *process(
    n: number,
    { hits, sizes }: { hits: Counter; sizes: Metric<number> },
  ): AsyncGenerator<number> {
    hits.increment(n);
    await pause(1);
    sizes.update(n);
    yield n;
  }
}

type Side = SideInputParam<unknown, Iterable<unknown>, Iterable<unknown>>;

/** Gives each element with all of a side input. */
export class SideFn implements AsyncDoFn<number, unknown, { side: Side }> {
  *process(n: number, { side }: { side: Side }): Generator<unknown> {
    yield [n, [...side.lookup()]];
  }
}

/** Writes to the console. */
export class TalkFn implements AsyncDoFn<string, string> {
  async *process(text: string): AsyncGenerator<string> {
    await pause(1);
    // eslint-disable-next-line no-console -- what is written to it is what is tested
    console.warn("heard %s", text);
    yield text;
  }
}

/** The URN of an operator that emits as the SDK's own ParDo and combines do: all in one go, without waiting. */
export const HASTY_FAN_OUT = "beam-predict:test:hasty_fan_out:v1";
export const HASTY_TEXTS = 40;
export const HASTY_LENGTH = 100_000;
registerOperatorConstructor(HASTY_FAN_OUT, (transformId, transform, context): IOperator => {
  const receiver = context.getReceiver(Object.values(transform.outputs)[0]);
  return {
    transformId,
    startBundle: async () => {},
    finishBundle: async () => {},
    process: (element) => {
      const results = new ProcessResultBuilder();
      for (let i = 0; i < HASTY_TEXTS; i++) {
        results.add(receiver.receive({ ...element, value: `${i}-`.padEnd(HASTY_LENGTH, "x") }));
      }
      return results.build();
    },
  };
});

/** By its path a worker in another process finds this module. */
export const MODULE = __filename;
requireForSerialization(MODULE, {
  ...{ InputFn, SlowFn, EchoFn, FanOutFn, LengthFn, GateFn, FailFn, BundlesFn, MetricsFn, SideFn, TalkFn },
});
