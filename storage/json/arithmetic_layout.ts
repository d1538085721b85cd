// What the code of flat arithmetic and the rest must agree on: where things are in that code's memory, as bytes.
import { MOST_COLUMNS } from "./flat_layout";

/** Numbers that a call takes at most. */
export const MOST_NUMBERS = 1 << 14;
/** The powers of ten from 1 on, and the hashes of a record's names. */
export const POWERS = 16;
export const NAMES = POWERS + 8 * 16;
/** Numbers of tokens, values, and the hashes of rows of them. */
export const TOKENS = NAMES + 4 * MOST_COLUMNS;
export const VALUES = TOKENS + 4 * MOST_NUMBERS;
export const HASHES = VALUES + 8 * MOST_NUMBERS;
export const END = HASHES + 8 * MOST_NUMBERS;
