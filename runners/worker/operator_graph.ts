// The operators of a process bundle descriptor, made and wired.
import "../../sdk";
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import { createOperator, OperatorContext, type IOperator, type Receiver } from "apache-beam/worker/operators";
import type { StateProvider } from "apache-beam/worker/state";
import type { DataSender } from "./data/data_channels";
import { SINK_URN, SinkOperator } from "./data/sink_operator";
import { SOURCE_URN, SourceOperator } from "./data/source_operator";
import type { Stage } from "./logging/stage";
import type { BundleMetrics } from "./metrics/bundle_metrics";
import { StageReceiver } from "./stage_receiver";

const PARDO_URN = "beam:transform:pardo:v1";

/** What the operators need of the bundle that they work for. */
export interface Surroundings {
  readonly bundle: Stage["bundle"];
  readonly metrics: BundleMetrics;
  getState: () => StateProvider;
  senderTo: (endpoint: string) => DataSender;
}

/** The operators of a descriptor. */
export interface OperatorGraph {
  /** All of them, each before those that it hands elements to. */
  readonly operators: readonly IOperator[];
  readonly sources: ReadonlyMap<string, SourceOperator>;
}

/**
 * Makes the operators that the sources of a descriptor lead to.
 * @throws when a transform is of no known kind, or its DoFn can't be brought back to life
 */
export function buildOperators(
  descriptor: ProcessBundleDescriptor,
  surroundings: Surroundings,
): OperatorGraph {
  const { bundle, metrics, getState, senderTo } = surroundings;
  const consumers = consumersOf(descriptor);
  const operators = new Map<string, IOperator>();
  const receivers = new Map<string, StageReceiver>();
  const sources = new Map<string, SourceOperator>();

  const receiverOf = (pcollection: string): Receiver => {
    let receiver = receivers.get(pcollection);
    if (receiver === undefined) {
      const behind = (consumers.get(pcollection) ?? []).map(operatorOf);
      receiver = new StageReceiver(behind, bundle, metrics.elementCountMetric(pcollection));
      receivers.set(pcollection, receiver);
    }
    // Operators call `receive` alone.
    return receiver as unknown as Receiver;
  };
  const context = new OperatorContext(
    descriptor,
    receiverOf,
    () => {
      throw new Error("Only sources and sinks have data channels.");
    },
    getState,
    () => bundle.instructionId,
    {},
    metrics,
  );
  const operatorOf = (transformId: string): IOperator => {
    const known = operators.get(transformId);
    if (known !== undefined) return known;
    const operator = make(transformId, descriptor.transforms[transformId]);
    operators.set(transformId, operator);
    return operator;
  };
  const make = (transformId: string, transform: PTransform): IOperator => {
    const urn = transform.spec?.urn;
    if (urn === SINK_URN) return new SinkOperator(transformId, transform, context, senderTo);
    if (urn !== SOURCE_URN) return createOperator(transformId, context);
    const source = new SourceOperator(transformId, transform, context);
    sources.set(transformId, source);
    return source;
  };

  for (const [transformId, { spec }] of Object.entries(descriptor.transforms)) {
    if (spec?.urn === SOURCE_URN) operatorOf(transformId);
  }
  // An operator makes those behind it before it is made itself.
  return { operators: [...operators.values()].reverse(), sources };
}

/** The transforms that read each PCollection. */
function consumersOf({ transforms }: ProcessBundleDescriptor): Map<string, string[]> {
  const consumers = new Map<string, string[]>();
  for (const [transformId, transform] of Object.entries(transforms)) {
    if (!isPrimitive(transform)) continue;
    const inputs = Object.values(transform.inputs);
    // A ParDo has one input of elements: its side inputs, the same PCollection perhaps, come over the state stream. Others take
    // each of theirs: a flatten of a collection with itself has every element twice.
    for (const pcollection of transform.spec?.urn === PARDO_URN ? new Set(inputs) : inputs) {
      consumers.set(pcollection, [...(consumers.get(pcollection) ?? []), transformId]);
    }
  }
  return consumers;
}

/** Whether a transform is run by an operator; a composite stands for those in it, or for nothing at all. */
function isPrimitive({ spec, subtransforms, inputs, outputs }: PTransform): boolean {
  if (spec?.urn === SINK_URN || spec?.urn === PARDO_URN) return true;
  const given = Object.values(inputs);
  return (
    subtransforms.length === 0 && Object.values(outputs).some((pcollection) => !given.includes(pcollection))
  );
}
