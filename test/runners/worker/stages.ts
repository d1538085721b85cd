// Process bundle descriptors of the tests: a source, a ParDo, and a sink; and elements on their way between.
import "../../../sdk";
import { Context, type Coder } from "apache-beam/coders/coders";
import { FullWindowedValueCoder, GlobalWindowCoder, PaneInfoCoder } from "apache-beam/coders/required_coders";
import { Pipeline } from "apache-beam/internal/pipeline";
import { RemoteGrpcPort, type ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import { Root, type PCollection } from "apache-beam/pvalue";
import { impulse } from "apache-beam/transforms/internal";
import { withName } from "apache-beam/transforms/transform";
import { GlobalWindow, type WindowedValue } from "apache-beam/values";
import { Reader, Writer } from "protobufjs";
import { asyncParDo, jsonCoder, type AsyncDoFn } from "../../../transforms";
import { InputFn } from "./dofns";

const WINDOWED = new FullWindowedValueCoder(jsonCoder<unknown>(), new GlobalWindowCoder());

/** Where the stage's source and sink are. */
export interface Ports {
  source: string;
  sink: string;
  state?: string;
}

/** Applies the stage's transforms; side inputs may be made from the root. */
type Stage = (input: PCollection<unknown>, root: Root) => void;

/** The stage of one DoFn, whose elements are JSON values. */
export function stageOf(
  id: string,
  doFn: AsyncDoFn<never, unknown, never>,
  ports: Ports,
  context?: (root: Root) => object,
): ProcessBundleDescriptor {
  return buildStage(
    id,
    (input, root) => {
      const applied = asyncParDo(
        doFn as AsyncDoFn<unknown, unknown, object>,
        jsonCoder<unknown>(),
        context?.(root),
      );
      input.apply(withName("stage", applied));
    },
    ports,
  );
}

function buildStage(id: string, stage: Stage, { source, sink, state }: Ports): ProcessBundleDescriptor {
  const pipeline = new Pipeline();
  const root = new Root(pipeline);
  stage(jsonPCollection(root, "input"), root);
  const { transforms, pcollections, coders, windowingStrategies, environments } =
    pipeline.getProto().components!;
  const [transformId, transform] = Object.entries(transforms).find(
    ([, { uniqueName }]) => uniqueName === "stage",
  )!;
  const [input] = Object.entries(pcollections).find(([pcollection]) =>
    Object.entries(transform.inputs).some(([tag, given]) => given === pcollection && !tag.startsWith("side")),
  )!;
  const outputs = Object.values(transform.outputs);
  const port = (url: string): Uint8Array =>
    RemoteGrpcPort.toBinary({ coderId: "windowed", apiServiceDescriptor: { url } });
  return {
    id,
    transforms: {
      source: node("beam:runner:source:v1", port(source), {}, { out: input }),
      [transformId]: transform,
      sink: node("beam:runner:sink:v1", port(sink), { in: outputs[0] }, {}),
    },
    pcollections,
    coders: {
      ...coders,
      windowed: {
        spec: { urn: "beam:coder:windowed_value:v1", payload: new Uint8Array() },
        componentCoderIds: [pcollections[input].coderId, "global"],
      },
      global: {
        spec: { urn: "beam:coder:global_window:v1", payload: new Uint8Array() },
        componentCoderIds: [],
      },
    },
    windowingStrategies,
    environments,
    stateApiServiceDescriptor: state === undefined ? undefined : { url: state },
  };
}

/** A PCollection of JSON values that comes from elsewhere. */
export function jsonPCollection(root: Root, name: string): PCollection<unknown> {
  return root
    .apply(withName(`${name} impulse`, impulse()))
    .apply(withName(name, asyncParDo(new InputFn(), jsonCoder<unknown>())));
}

/** The name of the one ParDo of a stage. */
export function pardoOf({ transforms }: ProcessBundleDescriptor): string {
  return Object.keys(transforms).find((id) => id !== "source" && id !== "sink")!;
}

/** A transform of a descriptor. */
export function node(
  urn: string,
  payload: Uint8Array,
  inputs: Record<string, string>,
  outputs: Record<string, string>,
): PTransform {
  const spec = { urn, payload };
  return {
    uniqueName: urn,
    spec,
    subtransforms: [],
    inputs,
    outputs,
    displayData: [],
    environmentId: "",
    annotations: {},
  };
}

/** Elements in the global window, encoded. */
export function encode(values: Iterable<unknown>): Uint8Array {
  const writer = new Writer();
  const window = new GlobalWindow();
  for (const value of values) {
    const element = {
      value,
      windows: [window],
      timestamp: window.maxTimestamp(),
      pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
    };
    WINDOWED.encode(element, writer, Context.needsDelimiters);
  }
  return writer.finish();
}

/** The values of encoded elements. */
export function decode(messages: readonly Uint8Array[]): unknown[] {
  const coder = WINDOWED as unknown as Coder<WindowedValue<unknown>>;
  return messages.flatMap((message) => {
    const values: unknown[] = [];
    const reader = Reader.create(message);
    while (reader.pos < reader.len) values.push(coder.decode(reader, Context.needsDelimiters).value);
    return values;
  });
}

/** Elements without windows, as side inputs are. */
export function encodeSide(values: Iterable<unknown>): Uint8Array {
  const writer = new Writer();
  for (const value of values) jsonCoder<unknown>().encode(value, writer, Context.needsDelimiters);
  return writer.finish();
}
