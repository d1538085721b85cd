// The composites that the runner knows: a combine is one accumulator a key and bundle by the time that it is grouped, a reshuffle one step.
import "../../../sdk";
import { IterableCoder, KVCoder } from "apache-beam/coders/required_coders";
import { CombinePayload, PCollection, PTransform, type Components } from "apache-beam/proto/beam_runner_api";
import { URNS } from "./primitives";

const COMBINE_URN = "beam:transform:combine_per_key:v1";

/**
 * Puts in the place of each combine per key the four steps that it has when it is lifted, and leaves a reshuffle none of those that it has
 * where it is not known.
 * @returns new components
 */
export function replaceComposites(components: Components): Components {
  const replaced = {
    ...components,
    transforms: { ...components.transforms },
    pcollections: { ...components.pcollections },
    coders: { ...components.coders },
  };
  for (const [id, transform] of Object.entries(components.transforms)) {
    const urn = transform.spec?.urn;
    if (urn !== COMBINE_URN && urn !== URNS.reshuffle) continue;
    remove(id, replaced);
    if (urn === COMBINE_URN) lift(id, transform, replaced);
    else replaced.transforms[id] = { ...transform, subtransforms: [] };
  }
  return replaced;
}

function remove(id: string, components: Components): void {
  for (const part of components.transforms[id]?.subtransforms ?? []) remove(part, components);
  delete components.transforms[id];
}

function lift(id: string, transform: PTransform, components: Components): void {
  const { accumulatorCoderId } = CombinePayload.fromBinary(transform.spec!.payload);
  const [input] = Object.values(transform.inputs);
  const [output] = Object.values(transform.outputs);
  const { coderId, windowingStrategyId, isBounded } = components.pcollections[input];
  const [keyCoderId] = components.coders[coderId].componentCoderIds;

  const addCoder = (name: string, urn: string, ...componentCoderIds: string[]): string => {
    components.coders[`${id}/${name}`] = { spec: { urn, payload: new Uint8Array() }, componentCoderIds };
    return `${id}/${name}`;
  };
  const keyed = addCoder("accumulatorsCoder", KVCoder.URN, keyCoderId, accumulatorCoderId);
  const iterable = addCoder("iterableCoder", IterableCoder.URN, accumulatorCoderId);
  const grouped = addCoder("groupedCoder", KVCoder.URN, keyCoderId, iterable);

  const addCollection = (name: string, coder: string): string => {
    const proto = {
      uniqueName: `${transform.uniqueName}/${name}`,
      coderId: coder,
      windowingStrategyId,
      isBounded,
    };
    components.pcollections[`${id}/${name}`] = PCollection.create(proto);
    return `${id}/${name}`;
  };
  const addStep = (name: string, urn: string, from: string, to: string): void => {
    components.transforms[`${id}/${name}`] = PTransform.create({
      uniqueName: `${transform.uniqueName}/${name}`,
      spec: { urn, payload: transform.spec!.payload },
      inputs: { in: from },
      outputs: { out: to },
      environmentId: transform.environmentId,
    });
  };
  const precombined = addCollection("precombined", keyed);
  const together = addCollection("grouped", grouped);
  const merged = addCollection("merged", keyed);
  addStep("precombine", "beam:transform:combine_per_key_precombine:v1", input, precombined);
  addStep("group", URNS.groupByKey, precombined, together);
  addStep("merge", "beam:transform:combine_per_key_merge_accumulators:v1", together, merged);
  addStep("extract", "beam:transform:combine_per_key_extract_outputs:v1", merged, output);
}
