// Of which parts an object is put together that consists of bytes of others: S3 wants few of them, and none too small.
import type { Segment } from "../staged_output";
import { MAX_PARTS } from "./multipart";

type Range = Exclude<Segment, Buffer>;

/** One part: a range that the store copies by itself, or pieces that are read and sent. */
export type PlannedPart = { copy: Range } | { pieces: Segment[]; size: number };

const MIB = 1024 * 1024;
/** S3 asks for 5 MiB, and for more than 5 MiB of an object of which a range is copied. */
const SMALLEST = 6 * MIB;
/** Copies in larger pieces are not much faster, and in smaller ones more calls. */
const COPIED = 256 * MIB;

/** The parts for segments, in order; a single empty one for none. Each but the last has the size that S3 asks for. */
export function planParts(segments: readonly Segment[]): PlannedPart[] {
  const total = segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  // Each part but the last is at least so large, which keeps their number within what S3 allows.
  const smallest = Math.max(SMALLEST, Math.ceil(total / (MAX_PARTS - 1)));
  const parts: PlannedPart[] = [];
  let pieces: Segment[] = [];
  let gathered = 0;
  const gather = (piece: Segment): void => {
    pieces.push(piece);
    gathered += sizeOf(piece);
    if (gathered < smallest) return;
    parts.push({ pieces, size: gathered });
    [pieces, gathered] = [[], 0];
  };
  for (const segment of segments) {
    const size = sizeOf(segment);
    let taken = 0;
    while (taken < size) {
      if (gathered === 0 && !Buffer.isBuffer(segment) && size - taken >= smallest) {
        parts.push(...copies(slice(segment, taken, size), Math.max(COPIED, smallest)));
        break;
      }
      const upTo = Math.min(size, taken + smallest - gathered);
      gather(slice(segment, taken, upTo));
      taken = upTo;
    }
  }
  if (gathered > 0 || parts.length === 0) parts.push({ pieces, size: gathered });
  return parts;
}

/** A range cut evenly into pieces of `size` bytes to less than twice that; one that is smaller stays whole. */
function copies(range: Range, size: number): PlannedPart[] {
  const length = range.end - range.start;
  const count = Math.max(1, Math.floor(length / size));
  const cut = (i: number): number => (i === count ? length : Math.floor(length / count) * i);
  return Array.from({ length: count }, (_, i) => ({ copy: slice(range, cut(i), cut(i + 1)) }));
}

export function sizeOf(segment: Segment): number {
  return Buffer.isBuffer(segment) ? segment.length : segment.end - segment.start;
}

function slice<T extends Segment>(segment: T, from: number, to: number): T;
function slice(segment: Segment, from: number, to: number): Segment {
  if (Buffer.isBuffer(segment)) return segment.subarray(from, to);
  return { shard: segment.shard, start: segment.start + from, end: segment.start + to };
}
