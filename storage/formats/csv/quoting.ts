// Writes the cells of CSV: what needs quotes gets them.
import { QUOTE } from "./row_ends";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** The first byte of a byte order mark, which the beginning of a file would be taken for. */
const MARK = 0xef;

/** The most bytes that a cell of `size` bytes takes. */
export const roomForQuoted = (size: number): number => 2 * size + 2;

/**
 * Writes the cell `source[from..to)` to `out` at `at`, where there is room for `roomForQuoted` bytes; in quotes where it
 * has a delimiter, a quote or a line end, begins or ends with a space, or is empty: no cell at all stands for null.
 * @returns the position behind it
 */
export function writeCell(
  source: Buffer,
  from: number,
  to: number,
  delimiter: number,
  out: Buffer,
  at: number,
): number {
  if (!needsQuotes(source, from, to, delimiter)) {
    while (from < to) out[at++] = source[from++];
    return at;
  }
  out[at++] = QUOTE;
  for (let p = from; p < to; p++) {
    const c = source[p];
    if (c === QUOTE) out[at++] = QUOTE;
    out[at++] = c;
  }
  out[at++] = QUOTE;
  return at;
}

function needsQuotes(source: Buffer, from: number, to: number, delimiter: number): boolean {
  if (from === to || source[from] === SPACE || source[to - 1] === SPACE || source[from] === MARK) return true;
  for (let p = from; p < to; p++) {
    const c = source[p];
    if (c === delimiter || c === QUOTE || c === LF || c === CR) return true;
  }
  return false;
}
