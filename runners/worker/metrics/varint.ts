// Whole numbers of 64 bits as Beam's metrics have them; the SDK's coder cuts them to 32.

/** Encodes numbers, cut to integers, one after the other. */
export function encodeVarints(...numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const number of numbers) {
    let rest = BigInt.asUintN(64, BigInt(Number.isFinite(number) ? Math.trunc(number) : 0));
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
  }
  return Uint8Array.from(bytes);
}
