// Which decimals are exact as doubles: their value is that of their digits divided by a power of ten.

/** A number of so many digits is exact as a double. */
export const EXACT_DIGITS = 15;

/** These are exact too: dividing by one gives the double that is nearest to the decimal, which is what `Number` gives. */
export const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
