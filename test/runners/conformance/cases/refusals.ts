// What a runner can't do it refuses when the job is submitted, by the names of the feature and of the transform.
import "../../../../sdk";
import {
  FunctionSpec,
  IsBounded_Enum,
  OutputTime_Enum,
  ParDoPayload,
  StateSpec,
  TimerFamilySpec,
  type PTransform,
  type WindowingStrategy,
} from "apache-beam/proto/beam_runner_api";
import type { Pipeline } from "apache-beam/internal/pipeline";
import type { PCollection, Root } from "apache-beam/pvalue";
import { create } from "apache-beam/transforms/create";
import { groupBy } from "apache-beam/transforms/group_and_combine";
import { iterableSideInput } from "apache-beam/transforms/pardo";
import { withName } from "apache-beam/transforms/transform";
import { windowInto } from "apache-beam/transforms/window";
import { fixedWindows, sessions } from "apache-beam/transforms/windowings";
import type { UnsupportedPipelineError } from "../../../../runners";
import { FEATURES, type Feature } from "../../../../runners/unsupported";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import { SumOfBundleFn, WithSidesFn } from "../dofns";
import type { UnderTest } from "../under_test";

const json = jsonCoder<unknown>();

/** Applies a ParDo whose payload is changed: the SDK can't write such a one. */
function changedParDo(root: Root, change: (payload: ParDoPayload) => void): void {
  const expand = asyncParDo(new SumOfBundleFn(), jsonCoder<number>()) as unknown as (
    ...given: [PCollection<number>, Pipeline, PTransform]
  ) => PCollection<number>;
  root.apply(create([1])).apply(
    withName("wants it", (input: PCollection<number>, pipeline: Pipeline, proto: PTransform) => {
      const output = expand(input, pipeline, proto);
      const payload = ParDoPayload.fromBinary(proto.spec!.payload);
      change(payload);
      proto.spec!.payload = ParDoPayload.toBinary(payload);
      return output;
    }),
  );
}

/** Groups by a windowing strategy that is a changed one. */
function groupedBy(root: Root, change: Partial<WindowingStrategy>): void {
  root
    .apply(create([1]))
    .apply(
      withName("windows", (input: PCollection<number>, pipeline: Pipeline) => {
        const [strategy] = Object.values(pipeline.getProto().components!.windowingStrategies);
        return input.apply(windowInto(fixedWindows(10), { ...strategy, ...change }));
      }),
    )
    .apply(
      withName(
        "wants it",
        groupBy((n: number) => n),
      ),
    );
}

function withSide(root: Root, side: PCollection<number>, accessPattern?: string): void {
  const all = iterableSideInput(side);
  if (accessPattern !== undefined) all.accessor.accessPattern = accessPattern;
  root.apply(create([1])).apply(withName("wants it", asyncParDo(new WithSidesFn(), json, { all })));
}

/** A pipeline that needs each feature, in the transform 'wants it' or in a part of it. */
const PIPELINES: Readonly<Record<Feature, (root: Root) => void>> = {
  "merging windows": (root) =>
    void root
      .apply(create([1]))
      .apply(windowInto(sessions(10)))
      .apply(
        withName(
          "wants it",
          groupBy((n: number) => n),
        ),
      ),
  triggers: (root) => groupedBy(root, { trigger: { trigger: { oneofKind: "always", always: {} } } }),
  "output times other than the end of the window": (root) =>
    groupedBy(root, { outputTime: OutputTime_Enum.LATEST_IN_PANE }),
  "side inputs in other windows than the elements": (root) =>
    withSide(root, root.apply(withName("side", create([1]))).apply(windowInto(fixedWindows(10)))),
  "side inputs by key": (root) =>
    withSide(root, root.apply(withName("side", create([1]))), "beam:side_input:multimap:v1"),
  state: (root) => changedParDo(root, ({ stateSpecs }) => (stateSpecs.seen = StateSpec.create())),
  timers: (root) =>
    changedParDo(root, ({ timerFamilySpecs }) => (timerFamilySpecs.late = TimerFamilySpec.create())),
  "splittable DoFns": (root) => changedParDo(root, (payload) => (payload.restrictionCoderId = "any")),
  "elements sorted by time": (root) =>
    changedParDo(root, (payload) => (payload.requiresTimeSortedInput = true)),
  "bundle finalization": (root) => changedParDo(root, (payload) => (payload.requestsFinalization = true)),
  "unbounded collections": (root) =>
    void root.apply(
      withName("wants it", (_: Root, pipeline: Pipeline, proto: PTransform) => {
        proto.spec = FunctionSpec.create({ urn: "beam:transform:impulse:v1" });
        return pipeline.createPCollectionInternal(json, undefined, IsBounded_Enum.UNBOUNDED);
      }),
    ),
  "transforms of other SDKs": (root) =>
    void root.apply(
      withName("wants it", (_: Root, pipeline: Pipeline, proto: PTransform) => {
        proto.spec = FunctionSpec.create({ urn: "beam:transform:of_another_sdk:v1" });
        return pipeline.createPCollectionInternal(json);
      }),
    ),
};

export function refusals(on: UnderTest): void {
  const refused = FEATURES.filter((feature) => !on.row.features.includes(feature));
  test.each(refused)("refuses %s", async (feature) => {
    const { error } = await on.failureOf(PIPELINES[feature]);
    expect(error.message).toContain(`does not support ${feature}`);
    const { uses } = error as UnsupportedPipelineError;
    expect(uses.map((use) => [use.feature, use.transform.split("/")[0]])).toEqual([[feature, "wants it"]]);
  });
}
