// The DoFns of the suite's cases. What a test must know of them, or they of the test, is in files: they may run in another process.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import "../../../sdk";
import { PaneInfoCoder } from "apache-beam/coders/required_coders";
import { requireForSerialization } from "apache-beam/serialization";
import type { Counter, Metric, SideInputParam } from "apache-beam/transforms/pardo";
import { GlobalWindow, type WindowedValue } from "apache-beam/values";
import type { AsyncDoFn, Tagged } from "../../../transforms";

const POLL_MS = 20;

function inGlobalWindow<T>(value: T): WindowedValue<T> {
  const window = new GlobalWindow();
  return {
    value,
    windows: [window],
    timestamp: window.maxTimestamp(),
    pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
  };
}

/** Keeps a bundle's elements to its end, and then gives their sum. */
export class SumOfBundleFn implements AsyncDoFn<number, number> {
  private sum = 0;
  async startBundle(): Promise<void> {
    await wait(1);
    this.sum = 0;
  }
  process(n: number): void {
    this.sum += n;
  }
  async *finishBundle(): AsyncGenerator<WindowedValue<number>> {
    await wait(1);
    yield inGlobalWindow(this.sum);
  }
}

export interface Parities {
  odd: number;
  even: { half: number };
  never: string;
}

/** Odd numbers go to one output, halves of even ones to another, and nothing to a third. */
export class ByParityFn implements AsyncDoFn<number, Tagged<Parities>> {
  async *process(n: number): AsyncGenerator<Tagged<Parities>> {
    await wait(1);
    if (n % 2 === 1) yield { tag: "odd", value: n };
    else yield { tag: "even", value: { half: n / 2 } };
  }
}

type Side<T, Value = T> = SideInputParam<T, Iterable<T>, Value>;

/** Gives each element with what its side inputs have. */
export class WithSidesFn implements AsyncDoFn<unknown, unknown, Record<string, Side<unknown, unknown>>> {
  *process(element: unknown, sides: Record<string, Side<unknown, unknown>>): Generator<unknown> {
    const looked: Record<string, unknown> = {};
    for (const name of sideNames(sides)) {
      const value = sides[name].lookup();
      looked[name] = Array.isArray(value) ? (value as unknown[]).toSorted() : value;
    }
    yield [element, looked];
  }
}

/** The context of a DoFn that runs stands on the one that was written down. */
function sideNames(context: object): string[] {
  const names: string[] = [];
  for (const name in context) names.push(name);
  return names.sort();
}

/** Gives how many elements a side input has, and their length. */
export class LengthOfSideFn implements AsyncDoFn<
  unknown,
  [number, number],
  { side: Side<string, Iterable<string>> }
> {
  *process(_: unknown, { side }: { side: Side<string, Iterable<string>> }): Generator<[number, number]> {
    const all = [...side.lookup()];
    yield [all.length, all.reduce((sum, { length }) => sum + length, 0)];
  }
}

export interface CountContext {
  seen: Counter;
  sizes: Metric<number>;
}

/** Counts elements by more than 32 bits hold, and their values. */
export class CountingFn implements AsyncDoFn<number, number, CountContext> {
  constructor(
    readonly beamName: string,
    readonly by: number,
  ) {}
  async *process(n: number, { seen, sizes }: CountContext): AsyncGenerator<number> {
    seen.increment(this.by);
    await wait(1);
    sizes.update(n);
    yield n;
  }
}

/** Gives texts, without waiting of its own accord. */
export class TextsFn implements AsyncDoFn<unknown, string> {
  constructor(
    readonly texts: number,
    readonly length: number,
  ) {}
  *process(): Generator<string> {
    for (let i = 0; i < this.texts; i++) yield `${i}-`.padEnd(this.length, "x");
  }
}

/** What is left of a text when it need not be whole. */
export interface Measure {
  /** With which it begins. */
  number: number;
  length: number;
}

export class MeasureFn implements AsyncDoFn<string, Measure> {
  *process(text: string): Generator<Measure> {
    yield { number: Number.parseInt(text), length: text.length };
  }
}

/** A text of so many thousand characters, no part of which is like another. */
export class LargeTextFn implements AsyncDoFn<number, string> {
  *process(length: number): Generator<string> {
    yield largeText(length);
  }
}

export function largeText(length: number): string {
  return Array.from({ length: 1000 }, (_, i) => String(i).padStart(length / 1000)).join("");
}

export class DigestFn implements AsyncDoFn<string, string> {
  *process(text: string): Generator<string> {
    yield digest(text);
  }
}

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export class KeptOutError extends Error {
  override readonly name = "KeptOutError";
}

/** Fails in one of its methods. */
export class FailFn implements AsyncDoFn<number, number> {
  beamName = "failing";
  constructor(readonly where: "startBundle" | "process" | "named" | "finishBundle") {}
  async startBundle(): Promise<void> {
    await wait(1);
    if (this.where === "startBundle") throw new Error("It fails in startBundle.");
  }
  async *process(element: number): AsyncGenerator<number> {
    await wait(1);
    if (this.where === "process") throw new TypeError(`no ${element}\nat all`);
    if (this.where === "named") throw new KeptOutError(`Record ${element} was kept out.`);
    yield element;
  }
  async *finishBundle(): AsyncGenerator<WindowedValue<number>> {
    await wait(1);
    if (this.where === "finishBundle") throw new Error("It fails in finishBundle.");
    yield* [];
  }
}

/** Counts, and fails the first time that it comes to one of the elements; the folder is its memory. */
export class FailOnceFn implements AsyncDoFn<number, number, { tried: Counter }> {
  beamName = "fails once";
  constructor(
    readonly folder: string,
    readonly at: number,
  ) {}
  *process(element: number, { tried }: { tried: Counter }): Generator<number> {
    tried.increment(3_000_000_000);
    const mark = path.join(this.folder, "failed");
    if (element === this.at && !existsSync(mark)) {
      writeFileSync(mark, "");
      throw new Error("It fails the first time.");
    }
    yield element;
  }
}

/** Waits at each element until the test opens the gate. */
export class GateFn implements AsyncDoFn<number, number> {
  constructor(readonly folder: string) {}
  async *process(element: number): AsyncGenerator<number> {
    writeFileSync(path.join(this.folder, `waiting-${randomUUID()}`), "");
    // When the folder is gone, so is the test.
    while (existsSync(this.folder) && !existsSync(path.join(this.folder, "open"))) await wait(POLL_MS);
    yield element;
  }
}

/** Lets those go on who wait. */
export function openGate(folder: string): void {
  writeFileSync(path.join(folder, "open"), "");
}

requireForSerialization(__filename, {
  ...{
    SumOfBundleFn,
    ByParityFn,
    WithSidesFn,
    LengthOfSideFn,
    CountingFn,
    TextsFn,
    MeasureFn,
    LargeTextFn,
    DigestFn,
  },
  ...{ FailFn, FailOnceFn, GateFn },
});
