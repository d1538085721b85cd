// DoFns of the engines' tests.
import "../../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { Counter, SideInputParam } from "apache-beam/transforms/pardo";
import type { AsyncDoFn } from "../../../transforms";

/** What the collectors of running tests have seen: in LOOPBACK they run in this process. */
export const collected = new Map<string, string[]>();

export class CollectFn implements AsyncDoFn<unknown, never> {
  constructor(readonly name: string) {}
  *process(element: unknown): Generator<never> {
    collected.get(this.name)!.push(JSON.stringify(element));
    yield* [];
  }
}

export class KeptOutError extends Error {
  override readonly name = "KeptOutError";
}

export class FailFn implements AsyncDoFn<number, number> {
  beamName = "failing";
  constructor(readonly how: "plain" | "named") {}
  *process(element: number): Generator<number> {
    if (this.how === "plain") throw new TypeError(`no ${element}\nat all`);
    throw new KeptOutError(`Record ${element} was kept out.`);
    yield element;
  }
}

/** Tried names of `FailOnceFn`. */
const tried = new Set<string>();

/** Counts, and fails the first time. */
export class FailOnceFn implements AsyncDoFn<number, number, { seen: Counter }> {
  constructor(readonly name: string) {}
  *process(element: number, { seen }: { seen: Counter }): Generator<number> {
    seen.increment(3_000_000_000);
    if (!tried.has(this.name)) {
      tried.add(this.name);
      throw new Error("the first time");
    }
    yield element;
  }
}

export const slow = { started: 0 };

/** Takes longer than any test. */
export class SlowFn implements AsyncDoFn<number, number> {
  async *process(element: number): AsyncGenerator<number> {
    slow.started++;
    await new Promise((resolve) => setTimeout(resolve, 600_000).unref());
    yield element;
  }
}

interface AddAllContext {
  more: SideInputParam<number, Iterable<number>, Iterable<number>>;
  seen: Counter;
}

export class AddAllFn implements AsyncDoFn<number, number, AddAllContext> {
  *process(element: number, { more, seen }: AddAllContext): Generator<number> {
    seen.increment();
    yield [...more.lookup()].reduce((sum, one) => sum + one, element);
  }
}

requireForSerialization("beam-predict/test/runners/engines", {
  CollectFn,
  FailFn,
  FailOnceFn,
  SlowFn,
  AddAllFn,
});
