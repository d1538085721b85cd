// ParDo with DoFns that may await, with coders of one's own and with several outputs.
import "../../sdk";
import type { Coder } from "apache-beam/coders/coders";
import type { Pipeline } from "apache-beam/internal/pipeline";
import type { PTransform as PTransformProto } from "apache-beam/proto/beam_runner_api";
import type { PCollection } from "apache-beam/pvalue";
import { parDo, type DoFn } from "apache-beam/transforms/pardo";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import type { WindowedValue } from "apache-beam/values";
import "./pardo_operator";

/** What a DoFn's method may give back: nothing, elements, or either of them later. */
export type Elements<T> = AsyncIterable<T> | Iterable<T> | Promise<Iterable<T> | void> | void;

/**
 * A DoFn that may await. It is the SDK's DoFn, but its methods may be asynchronous: `process` is usually an async
 * generator. Each element that it yields is awaited through all that stands behind it before it is asked for the next
 * one, so memory stays bounded however much it yields. Elements of a bundle are processed one after the other.
 *
 * Instances travel to workers: make them classes registered with `requireForSerialization`, whose fields are plain
 * data (no `#private` ones); what can't travel is made in `startBundle`.
 */
export interface AsyncDoFn<InputT, OutputT, ContextT = undefined> {
  /** The name of the stage. */
  beamName?: string;
  process(element: InputT, context: ContextT): Elements<OutputT>;
  startBundle?(context: ContextT): void | Promise<void>;
  /** Its elements carry their windows, since a bundle may hold several. */
  finishBundle?(context: ContextT): Elements<WindowedValue<OutputT>>;
}

/** An element for one of several outputs. */
export type Tagged<Outputs> = { [Tag in keyof Outputs]: { tag: Tag; value: Outputs[Tag] } }[keyof Outputs];

type Expand<In, Out> = (input: PCollection<In>, pipeline: Pipeline, proto: PTransformProto) => Out;

/**
 * Applies an asynchronous DoFn to each element.
 * @param coder how the output's elements are encoded
 * @param context side inputs, metrics, windows: as for the SDK's `parDo`
 */
export function asyncParDo<InputT, OutputT, ContextT extends object | undefined = undefined>(
  doFn: AsyncDoFn<InputT, OutputT, ContextT>,
  coder: Coder<OutputT>,
  context?: ContextT,
): PTransform<PCollection<InputT>, PCollection<OutputT>> {
  return expandWith(doFn, context, (pipeline) => pipeline.createPCollectionInternal<OutputT>(coder));
}

/**
 * Applies an asynchronous DoFn with several outputs: it yields `{ tag, value }`.
 * @param coders of each output, by its tag
 */
export function asyncParDoWithOutputs<
  InputT,
  Outputs extends object,
  ContextT extends object | undefined = undefined,
>(
  doFn: AsyncDoFn<InputT, Tagged<Outputs>, ContextT>,
  coders: { [Tag in keyof Outputs]: Coder<Outputs[Tag]> },
  context?: ContextT,
): PTransform<PCollection<InputT>, { [Tag in keyof Outputs]: PCollection<Outputs[Tag]> }> {
  return expandWith(doFn, context, (pipeline) => {
    const outputs = Object.entries<Coder<unknown>>(coders).map(([tag, coder]) => [
      tag,
      pipeline.createPCollectionInternal(coder),
    ]);
    return Object.fromEntries(outputs) as { [Tag in keyof Outputs]: PCollection<Outputs[Tag]> };
  });
}

function expandWith<InputT, OutputT, ContextT extends object | undefined, Result>(
  doFn: AsyncDoFn<InputT, OutputT, ContextT>,
  context: ContextT | undefined,
  makeOutputs: (pipeline: Pipeline) => Result,
): Expand<InputT, Result> {
  // The SDK writes the transform (side inputs and all); only its output, which has the SDK's coder, is not used.
  const expandParDo = parDo(doFn as unknown as DoFn<InputT, OutputT, ContextT>, context) as Expand<
    InputT,
    PCollection<OutputT>
  >;
  return withName(doFn.beamName ?? doFn.constructor.name, (input, pipeline, proto) => {
    const unused = expandParDo(input, pipeline, proto).getId();
    delete pipeline.getProto().components!.pcollections[unused];
    return makeOutputs(pipeline);
  });
}
