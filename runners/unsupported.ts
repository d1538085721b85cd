// Refuses a pipeline that a runner can't run, when it is submitted and by the names of what is missing.
import "../sdk";
import {
  IsBounded_Enum,
  MergeStatus_Enum,
  OutputTime_Enum,
  ParDoPayload,
  type Components,
  type PTransform,
  type Pipeline,
  type Trigger,
} from "apache-beam/proto/beam_runner_api";
import { UnsupportedPipelineError } from "./unsupported_error";

/** What not every runner, or not every worker, can do. What is not in this list all of them can. */
export const FEATURES = [
  "merging windows",
  "triggers",
  "output times other than the end of the window",
  "side inputs in other windows than the elements",
  "side inputs by key",
  "state",
  "timers",
  "splittable DoFns",
  "elements sorted by time",
  "bundle finalization",
  "unbounded collections",
  "transforms of other SDKs",
] as const;

export type Feature = (typeof FEATURES)[number];

/** What a runner can do beyond what all can. */
export interface Capabilities {
  /** The runner's name. */
  runner: string;
  features: readonly Feature[];
}

/** That a transform needs a feature. */
export interface Use {
  feature: Feature;
  /** The unique name of the transform. */
  transform: string;
  detail?: string;
}

const PRIMITIVES = {
  impulse: "beam:transform:impulse:v1",
  parDo: "beam:transform:pardo:v1",
  groupByKey: "beam:transform:group_by_key:v1",
  combinePerKey: "beam:transform:combine_per_key:v1",
  flatten: "beam:transform:flatten:v1",
};
const KNOWN: readonly string[] = Object.values(PRIMITIVES);

/**
 * Checks that a runner can run a pipeline.
 * @throws UnsupportedPipelineError
 */
export function checkSupported(pipeline: Pipeline, { runner, features }: Capabilities): void {
  const missing = usesOf(pipeline).filter(({ feature }) => !features.includes(feature));
  if (missing.length > 0) throw new UnsupportedPipelineError(runner, missing);
}

/** What of the list of features a pipeline needs, and where. */
export function usesOf({ components }: Pipeline): Use[] {
  if (components === undefined) return [];
  return Object.values(components.transforms).flatMap((transform) => [
    ...new Map(
      [...featuresOf(transform, components)].map(([feature, detail]) => [
        feature,
        { feature, transform: transform.uniqueName, detail },
      ]),
    ).values(),
  ]);
}

type Found = Iterable<[feature: Feature, detail?: string]>;

function* featuresOf(transform: PTransform, components: Components): Found {
  for (const id of Object.values(transform.outputs)) {
    if (components.pcollections[id]?.isBounded === IsBounded_Enum.UNBOUNDED) yield ["unbounded collections"];
  }
  const urn = transform.spec?.urn;
  const isComposite = transform.subtransforms.length > 0;
  if (urn === PRIMITIVES.groupByKey || urn === PRIMITIVES.combinePerKey) {
    yield* featuresOfGrouping(transform, components);
  } else if (urn === PRIMITIVES.parDo) {
    yield* featuresOfParDo(transform, components);
  } else if (!isComposite && urn !== undefined && urn !== "" && !KNOWN.includes(urn)) {
    yield ["transforms of other SDKs", urn];
  }
}

function* featuresOfGrouping(transform: PTransform, components: Components): Found {
  for (const id of Object.values(transform.inputs)) {
    const strategy = components.windowingStrategies[components.pcollections[id].windowingStrategyId];
    if (strategy.mergeStatus === MergeStatus_Enum.NEEDS_MERGE) {
      yield ["merging windows", strategy.windowFn?.urn];
    }
    if (!isDefault(strategy.trigger)) yield ["triggers", strategy.trigger?.trigger.oneofKind];
    if (![OutputTime_Enum.END_OF_WINDOW, OutputTime_Enum.UNSPECIFIED].includes(strategy.outputTime)) {
      yield ["output times other than the end of the window", OutputTime_Enum[strategy.outputTime]];
    }
  }
}

/** Once, when the window is over: what a runner does that knows of no triggers. */
function isDefault(trigger: Trigger | undefined): boolean {
  if (trigger === undefined) return true;
  const { trigger: kind } = trigger;
  if (kind.oneofKind === undefined || kind.oneofKind === "default") return true;
  if (kind.oneofKind !== "afterEndOfWindow") return false;
  const { earlyFirings, lateFirings } = kind.afterEndOfWindow;
  return earlyFirings === undefined && lateFirings === undefined;
}

function* featuresOfParDo(transform: PTransform, components: Components): Found {
  const payload = ParDoPayload.fromBinary(transform.spec!.payload);
  if (Object.keys(payload.stateSpecs).length > 0) yield ["state", Object.keys(payload.stateSpecs).join(", ")];
  if (Object.keys(payload.timerFamilySpecs).length > 0) yield ["timers"];
  if (payload.restrictionCoderId !== "") yield ["splittable DoFns"];
  if (payload.requiresTimeSortedInput) yield ["elements sorted by time"];
  if (payload.requestsFinalization) yield ["bundle finalization"];
  for (const [name, { accessPattern, windowMappingFn }] of Object.entries(payload.sideInputs)) {
    const label = name.replace(/^side\./, "");
    if (accessPattern?.urn !== "beam:side_input:iterable:v1") yield ["side inputs by key", label];
    if (windowMappingFn?.urn === "beam:window_mapping_fn:assign_max_timestamp:v1") {
      yield ["side inputs in other windows than the elements", label];
    }
    const { windowingStrategyId } = components.pcollections[transform.inputs[name]];
    if (components.windowingStrategies[windowingStrategyId].mergeStatus === MergeStatus_Enum.NEEDS_MERGE) {
      yield ["merging windows", `side input ${label}`];
    }
  }
}
