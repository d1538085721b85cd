// Works out the values of tokens and the hashes of rows of values. In AssemblyScript.
//
// `npm run assembly` compiles it into `../arithmetic_code.ts`.
import { HASHES, NAMES, POWERS, TOKENS, VALUES } from "../arithmetic_layout";
import { PLACES_BITS } from "../flat_layout";

const PLACES_MASK: i32 = (1 << PLACES_BITS) - 1;
/** As in `record_hash.ts`. */
const PRIME_1: i32 = <i32>2654435761;
const PRIME_2: i32 = 1597334677;

/** The values of so many tokens' numbers; 0 of a number that is 0. */
export function values(count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const token = load<i32>((i << 2) + TOKENS);
    const places = max((token & PLACES_MASK) - 1, 0);
    store<f64>((i << 3) + VALUES, <f64>(token >> PLACES_BITS) / load<f64>((<usize>places << 3) + POWERS));
  }
}

/** The hashes of so many rows of values; NaN for a row whose first value is NaN. */
export function hash(rows: i32, width: i32): void {
  let value: usize = VALUES;
  for (let row: usize = 0; row < <usize>rows; row++) {
    let result: f64 = NaN;
    const isFlat = load<f64>(value) == load<f64>(value);
    let high: i32 = 0;
    let low: i32 = 0;
    for (let i: usize = 0; i < <usize>width; i++, value += 8) {
      // A minus zero is a zero.
      const bits = reinterpret<u64>(load<f64>(value) + 0.0);
      const lowWord = <i32>bits;
      const highWord = <i32>(bits >> 32);
      const a = (lowWord ^ load<i32>((i << 2) + NAMES) ^ (lowWord >>> 15)) * PRIME_1;
      const b = (highWord ^ a ^ (highWord >>> 13)) * PRIME_2;
      low += a ^ (b >>> 16);
      high += b ^ (a >>> 15);
    }
    if (isFlat) result = mixHalves(high, low);
    store<f64>((row << 3) + HASHES, result);
  }
}

@inline
function mixHalves(high: i32, low: i32): f64 {
  low = ((low ^ (low >>> 16)) * <i32>2246822507) ^ ((high ^ (high >>> 13)) * <i32>3266489909);
  high = ((high ^ (high >>> 16)) * <i32>2246822507) ^ ((low ^ (low >>> 13)) * <i32>3266489909);
  return 4294967296.0 * <f64>(2097151 & high) + <f64>(<u32>low);
}
