// The operators of a process bundle descriptor, made and wired.
import "../../sdk";
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import { createOperator, OperatorContext, type IOperator, type Receiver } from "apache-beam/worker/operators";
import type { StateProvider } from "apache-beam/worker/state";
import type { Stage } from "./logging/stage";
import type { BundleMetrics } from "./metrics/bundle_metrics";
import { StageReceiver } from "./stage_receiver";

const PARDO_URN = "beam:transform:pardo:v1";

/** What the operators need of the bundle that they work for. */
export interface Surroundings {
  readonly bundle: Stage["bundle"];
  readonly metrics: BundleMetrics;
  getState: () => StateProvider;
}

/** Where elements come into a descriptor and leave it. */
export interface Ends {
  /** The transforms that elements come from. */
  readonly roots: readonly string[];
  /** Makes the operator of an end, or nothing for any other transform. */
  make: (transformId: string, transform: PTransform, context: OperatorContext) => IOperator | undefined;
}

/**
 * Makes the operators that the roots of a descriptor lead to.
 * @returns all of them, each before those that it hands elements to
 * @throws when a transform is of no known kind, or its DoFn can't be brought back to life
 */
export function buildOperators(
  descriptor: ProcessBundleDescriptor,
  { bundle, metrics, getState }: Surroundings,
  ends: Ends,
): IOperator[] {
  const consumers = consumersOf(descriptor);
  const operators = new Map<string, IOperator>();
  const receivers = new Map<string, StageReceiver>();

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
    const operator =
      ends.make(transformId, descriptor.transforms[transformId], context) ??
      createOperator(transformId, context);
    operators.set(transformId, operator);
    return operator;
  };

  for (const transformId of ends.roots) operatorOf(transformId);
  // An operator makes those behind it before it is made itself.
  return [...operators.values()].reverse();
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
  if (spec?.urn === PARDO_URN || Object.keys(outputs).length === 0) return true;
  const given = Object.values(inputs);
  return (
    subtransforms.length === 0 && Object.values(outputs).some((pcollection) => !given.includes(pcollection))
  );
}
