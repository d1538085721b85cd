// A stage as a process bundle descriptor, from which workers make its operators.
import "../../../sdk";
import { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { PTransform, type Components } from "apache-beam/proto/beam_runner_api";
import { borderId, type Border } from "./borders";
import type { Stage } from "./stages";

/** The root of a stage: whoever runs a task hands elements to what is behind it. */
export const ROOT_URN = "beam-predict:direct:root:v1";
/** A border that the stage writes; its payload is the border, as JSON. */
export const BORDER_URN = "beam-predict:direct:border:v1";

export const ROOT_ID = "root";

/** The descriptor of a stage. */
export function describeStage(stage: Stage, components: Components): ProcessBundleDescriptor {
  const { root, transforms, sinks } = stage;
  const { windowingStrategies, coders, environments } = components;
  // What waited for side inputs comes in under a name of its own: another reader of it is not meant.
  const [rootOutput, pcollections] =
    root.kind === "main"
      ? withCopy(root.pcollection, `${stage.id}/input`, components)
      : [root.pcollection, components.pcollections];
  const all: Record<string, PTransform> = {
    [ROOT_ID]: PTransform.create({
      uniqueName: stage.id,
      spec: { urn: ROOT_URN, payload: new Uint8Array() },
      outputs: { out: rootOutput },
    }),
  };
  for (const { id, proto, mainTag } of transforms) {
    const isReader = root.kind === "main" && root.border.transform === id;
    all[id] = isReader ? { ...proto, inputs: { ...proto.inputs, [mainTag]: rootOutput } } : proto;
  }
  for (const border of sinks) all[`write ${borderId(border)}`] = writerOf(border);
  return ProcessBundleDescriptor.create({
    id: stage.id,
    transforms: all,
    pcollections,
    windowingStrategies,
    coders,
    environments,
  });
}

function withCopy(
  pcollection: string,
  name: string,
  { pcollections }: Components,
): [string, Components["pcollections"]] {
  return [name, { ...pcollections, [name]: pcollections[pcollection] }];
}

function writerOf(border: Border): PTransform {
  return PTransform.create({
    uniqueName: `write ${borderId(border)}`,
    spec: { urn: BORDER_URN, payload: Buffer.from(JSON.stringify(border)) },
    inputs: { in: border.pcollection },
  });
}
