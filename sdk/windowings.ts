// The SDK's windows, mended: elements before 1970 came into the window after theirs, and sizes lost their parts of a second
// where the runner is told of them.
import "apache-beam/pvalue";
import { IntervalWindowCoder } from "apache-beam/coders/standard_coders";
import type { FunctionSpec } from "apache-beam/proto/beam_runner_api";
import type { Duration } from "apache-beam/proto/google/protobuf/duration";
import {
  FixedWindowsPayload,
  SessionWindowsPayload,
  SlidingWindowsPayload,
} from "apache-beam/proto/standard_window_fns";
import { requireForSerialization } from "apache-beam/serialization";
import type { WindowFn } from "apache-beam/transforms/window";
import { IntervalWindow, type Instant } from "apache-beam/values";

/** Seconds, as a number or as the SDK's 64-bit integer. */
type Seconds = number | Instant;

abstract class IntervalWindows implements WindowFn<IntervalWindow> {
  constructor(readonly beamName: string) {}
  abstract assignWindows(t: Instant): IntervalWindow[];
  abstract isMerging(): boolean;
  abstract assignsToOneWindow(): boolean;
  abstract toProto(): FunctionSpec;
  windowCoder(): IntervalWindowCoder {
    return new IntervalWindowCoder();
  }
}

/** Windows that begin at regular times: fixed ones, or sliding ones. All in milliseconds. */
class RegularWindows extends IntervalWindows {
  constructor(
    beamName: string,
    readonly size: number,
    readonly period: number,
    readonly offset: number,
  ) {
    super(beamName);
  }

  override assignWindows(t: Instant): IntervalWindow[] {
    const rest = t.sub(this.offset).mod(this.period);
    let start = t.sub(rest.isNegative() ? rest.add(this.period) : rest);
    const windows: IntervalWindow[] = [];
    for (; t.lessThan(start.add(this.size)); start = start.sub(this.period)) {
      windows.push(new IntervalWindow(start, start.add(this.size)));
    }
    return windows;
  }

  override isMerging(): boolean {
    return false;
  }

  override assignsToOneWindow(): boolean {
    return this.size <= this.period;
  }

  override toProto(): FunctionSpec {
    const [size, period, offset] = [this.size, this.period, this.offset].map(toDuration);
    return this.size === this.period
      ? {
          urn: "beam:window_fn:fixed_windows:v1",
          payload: FixedWindowsPayload.toBinary({ size, offset }),
        }
      : {
          urn: "beam:window_fn:sliding_windows:v1",
          payload: SlidingWindowsPayload.toBinary({ size, period, offset }),
        };
  }
}

/** A window for as long as one element follows the other within a time, in milliseconds. */
class Sessions extends IntervalWindows {
  constructor(
    beamName: string,
    readonly gap: number,
  ) {
    super(beamName);
  }

  override assignWindows(t: Instant): IntervalWindow[] {
    return [new IntervalWindow(t, t.add(this.gap))];
  }

  override isMerging(): boolean {
    return true;
  }

  override assignsToOneWindow(): boolean {
    return true;
  }

  override toProto(): FunctionSpec {
    const payload = SessionWindowsPayload.toBinary({ gapSize: toDuration(this.gap) });
    return { urn: "beam:window_fn:session_windows:v1", payload };
  }
}

function toMillis(seconds: Seconds): number {
  return Math.round(1000 * Number(seconds));
}

function toDuration(millis: number): Duration {
  const seconds = Math.floor(millis / 1000);
  return { seconds: BigInt(seconds), nanos: (millis - 1000 * seconds) * 1e6 };
}

const windowings =
  require("apache-beam/transforms/windowings") as typeof import("apache-beam/transforms/windowings");
Object.assign(windowings, {
  fixedWindows: (size: Seconds, offset: Seconds = 0) => {
    const more = Number(offset) === 0 ? "" : `, ${Number(offset)}`;
    const millis = toMillis(size);
    return new RegularWindows(`fixedWindows(${Number(size)}${more})`, millis, millis, toMillis(offset));
  },
  slidingWindows: (size: Seconds, period: Seconds, offset: Seconds = 0) => {
    const more = Number(offset) === 0 ? "" : `, ${Number(offset)}`;
    const name = `slidingWindows(${Number(size)}, ${Number(period)}${more})`;
    return new RegularWindows(name, toMillis(size), toMillis(period), toMillis(offset));
  },
  sessions: (gap: Seconds) => new Sessions(`sessions(${Number(gap)})`, toMillis(gap)),
});

// By the name of the SDK's module, which every worker has; whoever loads that has loaded this.
requireForSerialization("apache-beam/transforms/windowings", { RegularWindows, Sessions });
