// The SDK's windows as they are mended: at all times, and of parts of a second.
import "../../sdk";
import fc from "fast-check";
import {
  FixedWindowsPayload,
  SessionWindowsPayload,
  SlidingWindowsPayload,
} from "apache-beam/proto/standard_window_fns";
import { fixedWindows, sessions, slidingWindows } from "apache-beam/transforms/windowings";
import { GlobalWindow } from "apache-beam/values";

const ZERO = new GlobalWindow().maxTimestamp().mul(0);
/** Milliseconds, as Beam has times. */
const at = (millis: number) => ZERO.add(millis);

const time = fc.integer({ min: -1e14, max: 1e14 });
const millis = fc.integer({ min: 1, max: 100_000 });

test("regression: an element before 1970 is in the window that has its time, not in the next", () => {
  const [{ start, end }] = fixedWindows(10).assignWindows(at(-1));
  expect([start.toNumber(), end.toNumber()]).toEqual([-10_000, 0]);
});

test("every window of an element has its time, and there are as many as there should be", () => {
  fc.assert(
    fc.property(
      time,
      millis,
      fc.integer({ min: 1, max: 20 }),
      fc.nat(100_000),
      (t, period, times, offset) => {
        const size = period * times;
        const windows = slidingWindows(size / 1000, period / 1000, at(offset).div(1000)).assignWindows(at(t));
        expect(windows).toHaveLength(times);
        for (const [i, { start, end }] of windows.entries()) {
          expect([end.sub(start).toNumber(), start.lessThanOrEqual(t), end.greaterThan(t)]).toEqual([
            size,
            true,
            true,
          ]);
          if (i > 0) expect(windows[i - 1].start.sub(start).toNumber()).toBe(period);
          expect(
            start
              .sub(Math.floor(offset / 1000) * 1000)
              .mod(period)
              .toNumber() + 0,
          ).toBe(0);
        }
      },
    ),
  );
});

test("regression: runners are told of parts of a second", () => {
  const half = { seconds: 0n, nanos: 500_000_000 };
  const more = { seconds: 2n, nanos: 250_000_000 };
  expect(FixedWindowsPayload.fromBinary(fixedWindows(2.25).toProto().payload).size).toEqual(more);
  const sliding = SlidingWindowsPayload.fromBinary(slidingWindows(2.25, 0.5).toProto().payload);
  expect([sliding.size, sliding.period]).toEqual([more, half]);
  expect(SessionWindowsPayload.fromBinary(sessions(0.5).toProto().payload).gapSize).toEqual(half);
});

test("names and kinds are those of the SDK", () => {
  expect([fixedWindows(10), slidingWindows(10, 5), sessions(3)].map(({ beamName }) => beamName)).toEqual([
    "fixedWindows(10)",
    "slidingWindows(10, 5)",
    "sessions(3)",
  ]);
  expect([fixedWindows(10), slidingWindows(10, 5), sessions(3)].map((one) => one.isMerging())).toEqual([
    false,
    false,
    true,
  ]);
});
