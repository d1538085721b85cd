// The transforms of a pipeline that do something, and what each of them reads.
import "../../../sdk";
import { ParDoPayload, type Components, type PTransform } from "apache-beam/proto/beam_runner_api";

export const URNS = {
  impulse: "beam:transform:impulse:v1",
  parDo: "beam:transform:pardo:v1",
  groupByKey: "beam:transform:group_by_key:v1",
  flatten: "beam:transform:flatten:v1",
  reshuffle: "beam:transform:reshuffle:v1",
} as const;

/** A transform that is run, by an operator or by the runner itself. */
export interface Primitive {
  readonly id: string;
  readonly proto: PTransform;
  readonly urn: string;
  /** The PCollections that it reads, one entry a use: a flatten may read one twice. */
  readonly inputs: readonly string[];
  /** The name of its first input. */
  readonly mainTag: string;
  /** The PCollections of a ParDo's side inputs. */
  readonly sideInputs: readonly string[];
  readonly outputs: readonly string[];
}

/** The primitives of a pipeline whose composites have been replaced. */
export function primitivesOf({ transforms }: Components): Primitive[] {
  return Object.entries(transforms)
    .filter(([, proto]) => isPrimitive(proto))
    .map(([id, proto]) => {
      const sides = new Set(
        proto.spec?.urn === URNS.parDo
          ? Object.keys(ParDoPayload.fromBinary(proto.spec.payload).sideInputs)
          : [],
      );
      const inputs = Object.entries(proto.inputs);
      const mains = inputs.filter(([tag]) => !sides.has(tag));
      return {
        id,
        proto,
        urn: proto.spec!.urn,
        inputs: mains.map(([, pcollection]) => pcollection),
        mainTag: mains[0]?.[0] ?? "",
        sideInputs: inputs.filter(([tag]) => sides.has(tag)).map(([, pcollection]) => pcollection),
        outputs: Object.values(proto.outputs),
      };
    });
}

/** A composite stands for those in it; one that is empty, for nothing at all. */
function isPrimitive({ spec, subtransforms }: PTransform): boolean {
  return subtransforms.length === 0 && spec !== undefined && spec.urn !== "";
}
