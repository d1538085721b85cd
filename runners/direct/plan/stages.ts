// The stages of a pipeline: what is done to an element without putting it down in between.
//
// A stage begins where elements come from (an impulse, a grouping, a reshuffle, what waited for side inputs) and takes in all that follows
// up to the next border. A flatten stands in each stage that one of its inputs is in, with all behind it: each of them brings
// its own elements.
import {
  borderId,
  type Border,
  type GroupBorder,
  type MainBorder,
  type SideBorder,
  type SpreadBorder,
} from "./borders";
import { URNS, type Primitive } from "./primitives";

/** Where the elements of a stage come from. */
export type Root =
  | { readonly kind: "impulse"; readonly pcollection: string }
  /** What a GroupByKey gives. */
  | { readonly kind: "group"; readonly border: GroupBorder; readonly pcollection: string }
  /** What a reshuffle gives. */
  | { readonly kind: "spread"; readonly border: SpreadBorder; readonly pcollection: string }
  /** The main input of a ParDo with side inputs, for this ParDo alone. */
  | { readonly kind: "main"; readonly border: MainBorder; readonly pcollection: string };

export interface Stage {
  readonly id: string;
  readonly root: Root;
  /** What it runs, the operators of a bundle. */
  readonly transforms: readonly Primitive[];
  /** What it writes. */
  readonly sinks: readonly Border[];
  /** The side inputs of its ParDos. */
  readonly sides: readonly SideBorder[];
  /** The borders that must be whole before it begins. */
  readonly needs: readonly string[];
}

/** Cuts a pipeline into stages, in an order in which each comes behind those whose borders it needs. */
export function planStages(primitives: readonly Primitive[]): Stage[] {
  const readers = new Map<string, Primitive[]>();
  const sides = new Set<string>();
  for (const primitive of primitives) {
    for (const input of new Set(primitive.inputs))
      readers.set(input, [...(readers.get(input) ?? []), primitive]);
    for (const side of primitive.sideInputs) sides.add(side);
  }
  const stages = primitives
    .flatMap((primitive) => rootsOf(primitive))
    .map((root) => plan(root, readers, sides));
  return inOrder(stages);
}

function rootsOf({ id: transform, urn, inputs, outputs, sideInputs }: Primitive): Root[] {
  const [pcollection] = inputs;
  if (urn === URNS.impulse) return [{ kind: "impulse", pcollection: outputs[0] }];
  if (urn === URNS.groupByKey)
    return [{ kind: "group", border: { kind: "group", transform, pcollection }, pcollection: outputs[0] }];
  if (urn === URNS.reshuffle)
    return [{ kind: "spread", border: { kind: "spread", transform, pcollection }, pcollection: outputs[0] }];
  if (sideInputs.length > 0)
    return [{ kind: "main", border: { kind: "main", transform, pcollection }, pcollection }];
  return [];
}

function plan(root: Root, readers: ReadonlyMap<string, Primitive[]>, sides: ReadonlySet<string>): Stage {
  const transforms = new Set<Primitive>();
  const sinks = new Map<string, Border>();
  const addSink = (border: Border): void => void sinks.set(borderId(border), border);
  const take = (primitive: Primitive): void => {
    if (transforms.has(primitive)) return;
    transforms.add(primitive);
    for (const output of primitive.outputs) follow(output);
  };
  const follow = (pcollection: string): void => {
    if (sides.has(pcollection)) addSink({ kind: "side", pcollection });
    for (const reader of readers.get(pcollection) ?? []) {
      const { id: transform } = reader;
      if (reader.urn === URNS.groupByKey) addSink({ kind: "group", transform, pcollection });
      else if (reader.urn === URNS.reshuffle) addSink({ kind: "spread", transform, pcollection });
      else if (reader.sideInputs.length > 0) addSink({ kind: "main", transform, pcollection });
      else take(reader);
    }
  };
  if (root.kind === "main")
    take(readers.get(root.pcollection)!.find(({ id }) => id === root.border.transform)!);
  else follow(root.pcollection);
  const ownSides = [...transforms].flatMap(({ sideInputs }) =>
    sideInputs.map((pcollection): SideBorder => ({ kind: "side", pcollection })),
  );
  const needs = [...(root.kind === "impulse" ? [] : [root.border]), ...ownSides].map(borderId);
  return {
    id: root.kind === "impulse" ? `impulse:${root.pcollection}` : borderId(root.border),
    root,
    transforms: [...transforms],
    sinks: [...sinks.values()],
    sides: ownSides,
    needs: [...new Set(needs)],
  };
}

/** A pipeline has no cycles, so there always is a stage whose needs are met. */
function inOrder(stages: Stage[]): Stage[] {
  const writers = new Map<string, Stage[]>();
  for (const stage of stages)
    for (const sink of stage.sinks)
      writers.set(borderId(sink), [...(writers.get(borderId(sink)) ?? []), stage]);
  const ordered = new Set<Stage>();
  const place = (stage: Stage): void => {
    if (ordered.has(stage)) return;
    for (const need of stage.needs) for (const writer of writers.get(need) ?? []) place(writer);
    ordered.add(stage);
  };
  stages.forEach(place);
  return [...ordered];
}
