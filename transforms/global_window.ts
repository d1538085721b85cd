// inGlobalWindow: takes elements out of their windows, for what happens once a job.
import "../sdk";
import type { PCollection } from "apache-beam/pvalue";
import { withName } from "apache-beam/transforms/transform";
import { windowInto } from "apache-beam/transforms/window";
import { globalWindows } from "apache-beam/transforms/windowings";
import type { GlobalWindow } from "apache-beam/values";

const GLOBAL = "beam:window_fn:global_windows:v1";

/** Puts every element into the global window; applied to elements that are in it, it adds nothing to the pipeline. */
export function inGlobalWindow<T>(elements: PCollection<T>, name: string): PCollection<T> {
  const { pcollections, windowingStrategies } = elements.pipeline.getProto().components!;
  const { windowFn } = windowingStrategies[pcollections[elements.getId()].windowingStrategyId];
  if (windowFn?.urn === GLOBAL) return elements;
  return elements.apply(withName(name, windowInto<T, GlobalWindow>(globalWindows())));
}
