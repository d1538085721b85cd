// What the flat lines' code and the rest must agree on: the numbers of tokens, and where things are in that code's memory, as bytes.

/** The low bits of the number of a token, which tell its places, and the digits that it has room for besides. */
export const PLACES_BITS = 4;
export const MOST_DIGITS = (1 << (31 - PLACES_BITS)) - 1;

/** Names of a record at most. */
export const MOST_COLUMNS = 32;
/** Bytes that there are for the head of a member. */
export const HEAD_ROOM = 256;
/** Lines that are taken in a call at most. */
export const MOST_ROWS = 4096;

/** Of each member its head as it is read, and as it is written; and their sizes. */
export const HEADS = 1024;
export const OUT_HEADS = HEADS + MOST_COLUMNS * HEAD_ROOM;
export const HEAD_SIZES = OUT_HEADS + MOST_COLUMNS * HEAD_ROOM;
export const OUT_HEAD_SIZES = HEAD_SIZES + 4 * MOST_COLUMNS;

/** Where the last call has stopped. */
export const POSITION = OUT_HEAD_SIZES + 4 * MOST_COLUMNS;
/** Of each line where its record ends in the output, where it starts in the source, and the numbers of its tokens. */
export const ENDS = POSITION + 64;
export const STARTS = ENDS + 4 * MOST_ROWS;
export const TOKENS = STARTS + 4 * MOST_ROWS;

/** Lines, and from wherever the caller wants it the output. So much is read or written behind either of them. */
export const SOURCE = TOKENS + 4 * MOST_ROWS * MOST_COLUMNS;
export const MARGIN = 16;
