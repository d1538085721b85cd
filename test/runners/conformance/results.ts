// The DoFns by which the suite gathers results. They run in whatever process the runner chooses: they are registered under
// the path of this file, by which a worker on this machine loads it.
import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import "../../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { ParDoLookupParam } from "apache-beam/transforms/pardo";
import type { Instant, IntervalWindow, PaneInfo, Window } from "apache-beam/values";
import type { AsyncDoFn } from "../../../transforms";

/** An element of an output. */
export interface Observed {
  value: unknown;
  /** Where it has one of its own: start and end in milliseconds. */
  window?: [start: number, end: number];
  /** In milliseconds; of the global window's elements only where it is a time at all. */
  timestamp?: number;
}

interface ObserveContext {
  window: ParDoLookupParam<Window>;
  timestamp: ParDoLookupParam<Instant>;
  pane: ParDoLookupParam<PaneInfo>;
}

/** Beyond these times there are only the ends of time. */
const LAST_TIME = 1e14;

export class ObserveFn implements AsyncDoFn<unknown, Observed, ObserveContext> {
  beamName = "observe";
  *process(value: unknown, context: ObserveContext): Generator<Observed> {
    const observed: Observed = { value: value ?? null };
    const { start, end } = context.window.lookup() as IntervalWindow;
    if (start !== undefined) observed.window = [start.toNumber(), end.toNumber()];
    const timestamp = context.timestamp.lookup().toNumber();
    if (Math.abs(timestamp) < LAST_TIME) observed.timestamp = timestamp;
    yield observed;
  }
}

export class ToOneKeyFn implements AsyncDoFn<Observed, { key: string; value: Observed }> {
  beamName = "to one key";
  *process(value: Observed): Generator<{ key: string; value: Observed }> {
    yield { key: "", value };
  }
}

/** Each group becomes a file, whole or not at all. */
export class WriteResultsFn implements AsyncDoFn<{ value: Iterable<Observed> }, never> {
  beamName = "write";
  constructor(readonly folder: string) {}
  process({ value }: { value: Iterable<Observed> }): void {
    const file = path.join(this.folder, randomUUID());
    writeFileSync(`${this.folder}.part`, JSON.stringify([...value]));
    renameSync(`${this.folder}.part`, file);
  }
}

requireForSerialization(__filename, { ObserveFn, ToOneKeyFn, WriteResultsFn });
