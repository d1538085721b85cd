// What a DoFn gives out when its bundle ends: an element at the end of its window.
import "../sdk";
import { PaneInfoCoder } from "apache-beam/coders/required_coders";
import { GlobalWindow, type Window, type WindowedValue } from "apache-beam/values";

export function atEndOf<T>(window: Window, value: T): WindowedValue<T> {
  return {
    value,
    windows: [window],
    timestamp: window.maxTimestamp(),
    pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
  };
}

/** In the global window. */
export function atEnd<T>(value: T): WindowedValue<T> {
  return atEndOf(new GlobalWindow(), value);
}
