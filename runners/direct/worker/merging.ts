// Session windows of a key, merged: those that overlap or touch become one.
import type { IntervalWindow } from "apache-beam/values";

/** Something in a window. */
export interface InWindow<T> {
  readonly start: bigint;
  readonly end: bigint;
  readonly item: T;
}

/** The windows that are left when those that overlap are one, with all that was in each of them. */
export function mergeWindows<T>(items: readonly InWindow<T>[]): { start: bigint; end: bigint; items: T[] }[] {
  const sorted = items.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const merged: { start: bigint; end: bigint; items: T[] }[] = [];
  for (const { start, end, item } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) {
      if (end > last.end) last.end = end;
      last.items.push(item);
    } else {
      merged.push({ start, end, items: [item] });
    }
  }
  return merged;
}

/** The ends of a window as they can be compared. */
export function boundsOf(window: IntervalWindow): { start: bigint; end: bigint } {
  return { start: BigInt(window.start.toString()), end: BigInt(window.end.toString()) };
}
