// The side inputs of a task: what their borders hold of each window, as the state that operators ask for.
import type { StateKey } from "apache-beam/proto/beam_fn_api";
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { entriesOf } from "../files/entry";
import { SegmentReader, type Segment } from "../files/segments";
import { borderId } from "../plan/borders";

/** Side inputs that were read, kept for the tasks that follow: by border, and by window. */
export class SideInputs {
  private readonly loaded = new Map<string, Map<string, Buffer>>();

  /** The encoded elements that a side input has in a window. */
  get(
    { type }: StateKey,
    descriptor: ProcessBundleDescriptor,
    sides: Readonly<Record<string, readonly Segment[]>>,
  ): Buffer {
    if (type.oneofKind !== "iterableSideInput")
      throw new Error(`There is no state '${type.oneofKind}' here.`);
    const { transformId, sideInputId, window } = type.iterableSideInput;
    const border = borderId({
      kind: "side",
      pcollection: descriptor.transforms[transformId].inputs[sideInputId],
    });
    let windows = this.loaded.get(border);
    if (windows === undefined) this.loaded.set(border, (windows = load(sides[border])));
    return windows.get(Buffer.from(window).toString("latin1")) ?? Buffer.alloc(0);
  }
}

function load(segments: readonly Segment[]): Map<string, Buffer> {
  const reader = new SegmentReader();
  const parts = new Map<string, Buffer[]>();
  try {
    for (const segment of segments) {
      const bytes = reader.read(segment);
      for (const { window, key, value, end } of entriesOf(bytes)) {
        const name = bytes.toString("latin1", window, key);
        const known = parts.get(name);
        if (known === undefined) parts.set(name, [bytes.subarray(value, end)]);
        else known.push(bytes.subarray(value, end));
      }
    }
  } finally {
    reader.close();
  }
  return new Map([...parts].map(([name, buffers]) => [name, Buffer.concat(buffers)]));
}
