// The groups of a partition: its entries by key and window, whose values are decoded when somebody asks for them.
import { entriesOf } from "../files/entry";
import type { Segment, SegmentReader } from "../files/segments";

/** The values of one key in one window, or, where windows merge, of one key. */
export interface Group {
  readonly key: Buffer;
  readonly window: Buffer;
  readonly values: ValueRef[];
  /** Of each value its window, where windows merge. */
  readonly windows: Buffer[];
}

/** A value in memory, or in a file. */
export type ValueRef = Buffer | Pick<Segment, "file" | "offset" | "length">;

/** A value of so many bytes stays in its file where its partition is too large to be held. */
export const LARGE_VALUE = 1 << 14;

export interface GroupingOptions {
  /** Whether there is room for all values; else large ones stay where they are. */
  readonly holdsValues: boolean;
  /** Whether windows merge. */
  readonly isMerging: boolean;
}

/** Groups the entries of a partition. */
export function groupEntries(
  segments: readonly Segment[],
  reader: SegmentReader,
  { holdsValues, isMerging }: GroupingOptions,
): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const segment of segments) {
    const bytes = reader.read(segment);
    // A view would keep all of the segment.
    const take = (from: number, to: number): Buffer =>
      holdsValues ? bytes.subarray(from, to) : Buffer.from(bytes.subarray(from, to));
    for (const { window, key, value, end } of entriesOf(bytes)) {
      // The length of the window keeps window and key apart.
      const name = isMerging
        ? bytes.toString("latin1", key, value)
        : `${key - window}:${bytes.toString("latin1", window, value)}`;
      let group = groups.get(name);
      if (group === undefined) {
        group = { key: take(key, value), window: take(window, key), values: [], windows: [] };
        groups.set(name, group);
      }
      const isLeft = !holdsValues && end - value >= LARGE_VALUE;
      group.values.push(
        isLeft
          ? { file: segment.file, offset: segment.offset + value, length: end - value }
          : take(value, end),
      );
      if (isMerging) group.windows.push(take(window, key));
    }
  }
  return groups.values();
}
