// Partitions that are too large to be held are cut into smaller ones, by other bits of the hashes of their keys.
import { rmSync } from "node:fs";
import { entriesOf } from "../files/entry";
import { SegmentWriter, type Segment, type SegmentReader } from "../files/segments";
import { LARGE_VALUE } from "./groups";
import { hashOf } from "./key_hash";

/** One key may be all of a partition: cutting it again and again is of no use. */
const MAX_DEPTH = 3;

/** A partition to be grouped, and whether its values can be held. */
export interface Portion {
  readonly segments: readonly Segment[];
  readonly holdsValues: boolean;
}

/**
 * Cuts a partition into portions that can be held within `budget` bytes, as far as that goes. What is large because of large
 * values is not cut: they stay in their file.
 * @param file where smaller partitions are written; it is removed again
 */
export function* portionsOf(
  segments: readonly Segment[],
  reader: SegmentReader,
  budget: number,
  file: string,
  depth = 0,
): Generator<Portion> {
  const total = segments.reduce((sum, { length }) => sum + length, 0);
  if (total <= budget) {
    yield { segments, holdsValues: true };
    return;
  }
  if (depth === MAX_DEPTH || isOfLargeValues(reader.read(segments[0]))) {
    yield { segments, holdsValues: false };
    return;
  }
  const count = 2 * Math.ceil(total / budget);
  const cutFile = `${file}.${depth}`;
  const writer = new SegmentWriter(cutFile, count, budget);
  try {
    for (const segment of segments) {
      for (const { bytes, window, key, value, end } of entriesOf(reader.read(segment))) {
        const portion = hashOf(bytes, key, value, depth + 1) % count;
        writer.add(
          portion,
          bytes.subarray(window, key),
          bytes.subarray(key, value),
          bytes.subarray(value, end),
        );
      }
    }
    const cut = writer.finish();
    for (let portion = 0; portion < count; portion++) {
      const own = cut.filter(({ partition }) => partition === portion);
      if (own.length > 0) yield* portionsOf(own, reader, budget, `${cutFile}.${portion}`, depth + 1);
    }
  } finally {
    reader.forget(cutFile);
    rmSync(cutFile, { force: true });
  }
}

function isOfLargeValues(bytes: Buffer): boolean {
  let large = 0;
  for (const { value, end } of entriesOf(bytes)) if (end - value >= LARGE_VALUE) large += end - value;
  return large > bytes.length / 2;
}
