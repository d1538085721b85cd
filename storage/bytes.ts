// Copying and comparing short spans of bytes: Buffer's own calls cost more than a record's bytes do.

/** Up to here a loop (about 2 ns a byte) is faster than `Buffer.copy` (80 to 100 ns a call, whatever the length). */
const SHORT = 48;

/** Copies `source[from..to)` to `target` at `at`; returns the position behind it. */
export function copyBytes(source: Buffer, from: number, to: number, target: Buffer, at: number): number {
  if (to - from > SHORT) return at + source.copy(target, at, from, to);
  while (from < to) target[at++] = source[from++];
  return at;
}

/** Buffers with a view of them. */
export interface Viewed {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** A view of a buffer's bytes. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * As `copyBytes`, four bytes at a time, which views allow: 0.6 ns a byte. (Doubles would be eight, but they need not keep
 * bits that are no number.) For hot paths, whose buffers have their views at hand: to make one costs more than a record.
 */
export function copyWords(source: Viewed, from: number, to: number, target: Viewed, at: number): number {
  const [read, write] = [source.view, target.view];
  for (; from + 4 <= to; from += 4, at += 4) write.setInt32(at, read.getInt32(from, true), true);
  while (from < to) target.bytes[at++] = source.bytes[from++];
  return at;
}

/** Orders spans of bytes as numbers: negative when `a[aFrom..aTo)` comes before `b[bFrom..bTo)`, zero when equal. */
export function compareBytes(
  a: Buffer,
  aFrom: number,
  aTo: number,
  b: Buffer,
  bFrom: number,
  bTo: number,
): number {
  while (aFrom < aTo && bFrom < bTo) {
    const difference = a[aFrom++] - b[bFrom++];
    if (difference !== 0) return difference;
  }
  return aTo - aFrom - (bTo - bFrom);
}
