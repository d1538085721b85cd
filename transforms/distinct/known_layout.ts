// What the known records' code and the rest must agree on: where things are in that code's memory, as bytes.

/** Rows that are looked at in a call at most. */
export const MOST_ROWS = 4096;
/** Tokens of a record at most. */
export const MOST_WIDTH = 32;
/** Bytes of a unit: keys are whole ones, each of four short tokens or two long ones. */
export const UNIT = 8;
/** Keys in a bucket, and the bytes of one unit of each: a line of the processor's cache. */
export const SLOTS = 8;
export const BUCKET = SLOTS * UNIT;

/** What was looked at ahead of its time. */
export const AHEAD = 8;
/** A key while the table is made. */
export const KEY = 16;
/** Of each row its tokens, its key, its key's hash, what became of it; and the rows that are not known, and those that were added. */
export const TOKENS = KEY + 4 * MOST_WIDTH + UNIT;
export const KEYS = TOKENS + 4 * MOST_ROWS * MOST_WIDTH;
export const HASHES = KEYS + 4 * MOST_ROWS * MOST_WIDTH;
export const OUTCOMES = HASHES + 4 * MOST_ROWS;
export const UNKNOWN = OUTCOMES + MOST_ROWS;
export const FRESH = UNKNOWN + 4 * MOST_ROWS;
/** The table, and behind it room for the one before, of which it is made. */
export const TABLE = FRESH + 4 * MOST_ROWS + 40;
