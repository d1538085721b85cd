// Arrays of numbers: made longer, and some of their rows copied.

/** A longer array that begins with the same numbers. */
export function lengthened<T extends Int32Array | Uint32Array | Float64Array>(numbers: T, length: number): T {
  const longer = new (numbers.constructor as new (length: number) => T)(length);
  longer.set(numbers);
  return longer;
}

/** Copies rows of `all`, each `width` numbers, to `out` from `at` on; returns the position behind them. */
export function copyRows(
  all: Int32Array,
  width: number,
  rows: Uint32Array,
  out: Int32Array,
  at: number,
): number {
  for (const row of rows) {
    let from = row * width;
    for (const end = from + width; from < end; from++) out[at++] = all[from];
  }
  return at;
}
