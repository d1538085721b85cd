// Panes. The SDK's coder gives the first early pane the index of one that is on time, and cuts indices to 32 bits; and the pane that
// it calls the one and only is a late one with others to come.
import { PaneInfoCoder } from "apache-beam/coders/required_coders";
import { Timing, type PaneInfo } from "apache-beam/values";
import { skip } from "./bytes";
import type { Codec } from "./coder";
import { ElementDecodingError, ElementEncodingError } from "./errors";
import { readVarint, writeVarint } from "./varint";

/** By the number of each. */
const TIMINGS = [Timing.EARLY, Timing.ON_TIME, Timing.LATE, Timing.UNKNOWN];

/** What follows the first byte, which holds this in its upper half: no index, one for both, two. */
const NONE = 0;
const ONE = 1;
const TWO = 2;

function layoutOf({ timing, index, onTimeIndex }: PaneInfo): number {
  if (timing === Timing.UNKNOWN || (index === 0 && onTimeIndex === 0)) return NONE;
  return timing === Timing.EARLY || index === onTimeIndex ? ONE : TWO;
}

export const paneInfo: Codec<PaneInfo> = {
  encode(pane, writer) {
    const timing = TIMINGS.indexOf(pane.timing);
    if (timing < 0) throw new ElementEncodingError(`A pane can't be '${String(pane.timing)}'.`);
    const layout = layoutOf(pane);
    writer.uint32((layout << 4) | (timing << 2) | (pane.isLast ? 2 : 0) | (pane.isFirst ? 1 : 0));
    if (layout !== NONE) writeVarint(writer, pane.index);
    if (layout === TWO) writeVarint(writer, pane.onTimeIndex);
  },
  decode(reader) {
    const byte = reader.buf[skip(reader, 1)];
    const layout = byte >> 4;
    if (layout > TWO) throw new ElementDecodingError(`A pane can't begin with the byte ${byte}.`);
    const timing = TIMINGS[(byte >> 2) & 3];
    const index = layout === NONE ? 0 : Number(readVarint(reader));
    let onTimeIndex = index;
    if (layout === TWO) onTimeIndex = Number(readVarint(reader));
    // No pane was on time before an early one.
    else if (timing === Timing.EARLY) onTimeIndex = -1;
    return { timing, index, onTimeIndex, isFirst: (byte & 1) !== 0, isLast: (byte & 2) !== 0 };
  },
};

/** Corrects the pane of elements that were grouped once, which the SDK's operators hand out. */
export function mendOnlyPane(): void {
  PaneInfoCoder.ONE_AND_ONLY_FIRING = {
    timing: Timing.ON_TIME,
    index: 0,
    onTimeIndex: 0,
    isFirst: true,
    isLast: true,
  };
}
