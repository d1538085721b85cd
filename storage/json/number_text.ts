// Floating-point numbers as JSON texts: short ones that read back as the same number.

/**
 * A double as a JSON text: `5` for 5.0. JSON has no text for three of them: NaN is `null`, which is what is missing, and
 * the infinities are strings, which no model takes for a number.
 */
export function doubleText(value: number): string {
  if (Number.isFinite(value)) return value === 0 && 1 / value < 0 ? "-0" : String(value);
  return notANumber(value);
}

function notANumber(value: number): string {
  return Number.isNaN(value) ? "null" : value > 0 ? '"Infinity"' : '"-Infinity"';
}

/**
 * A short decimal that reads back as the same 32-bit float: `0.1`, where the exact value would be
 * `0.10000000149011612`. It is what was meant, it is equal to the same number in a text file or a double column, and
 * nothing is lost: 32-bit floats that differ have texts that differ, and a tensor of floats gets the same bits.
 */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return notANumber(value);
  if (Number.isInteger(value) && Math.abs(value) < 1 << 24) return doubleText(value);
  for (let digits = 7; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) !== value) continue;
    // Six digits are always kept by a float, so what was written with so few is found again.
    const shorter = digits === 7 ? Number(value.toPrecision(6)) : short;
    return String(Math.fround(shorter) === value ? shorter : short);
  }
  return String(Number(value.toPrecision(9)));
}
