// Numbers of typed arrays as bytes, low byte first, copied at once: a call for each costs more than the number.
import { endianness } from "node:os";

if (endianness() !== "LE") {
  throw new Error(
    "This machine keeps the high byte of a number first: blocks of records can't travel to or from it.",
  );
}

/** An array of numbers of whatever width. */
export type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** Writes numbers to `out` at `at`, aligned or not; returns the position behind them. */
export function writeNumbers(numbers: Numbers, out: Buffer, at: number): number {
  out.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
  return at + numbers.byteLength;
}

/** Fills an array with the numbers that `writeNumbers` wrote at `at`, and returns it. */
export function readNumbers<T extends Numbers>(numbers: T, input: Buffer, at: number): T {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  bytes.set(input.subarray(at, at + bytes.length));
  return numbers;
}
