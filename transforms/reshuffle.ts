// reshuffle: spreads elements over all workers, by Beam's own transform of that name.
import "../sdk";
import type { PCollection } from "apache-beam/pvalue";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { reshuffle as groupAtRandom } from "apache-beam/transforms/utils";

const URN = "beam:transform:reshuffle:v1";

/**
 * Spreads elements over all workers: each that comes from a worker goes to the next one. Runners that know the transform do
 * it by themselves, in turn and without a worker; to others it is what the SDK makes of it, a group by random keys, in which one
 * worker of two gets all of two elements half of the time.
 */
export function reshuffle<T>(): PTransform<PCollection<T>, PCollection<T>> {
  return withName("reshuffle", (input: PCollection<T>, pipeline, proto) => {
    const spread = input.apply(groupAtRandom<T>());
    const { pcollections } = pipeline.getProto().components!;
    // A runner passes elements on as they are encoded.
    pcollections[spread.getId()].coderId = pcollections[input.getId()].coderId;
    proto.spec = { urn: URN, payload: new Uint8Array() };
    return spread;
  });
}
