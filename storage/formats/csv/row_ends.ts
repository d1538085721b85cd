// The one rule by which rows of CSV end, on bytes: what plans the ranges of a file and what reads them must agree.

const LF = 0x0a;
export const QUOTE = 0x22;
/** Of no chunk the position. */
const NOWHERE = -2;

/**
 * Finds where rows end: at a line feed that stands outside of quotes. A quote opens at the beginning of a cell alone,
 * elsewhere it is text (`5" pipe`); one that follows a closing quote at once stands for a quote within the cell. So
 * malformed text has rows too, the same whoever looks.
 */
export class RowEnds {
  /** Line feeds seen, those within quotes too. */
  lines = 0;
  /** Whether the text so far ends within quotes. */
  quoted = false;
  /** The byte before the chunk, and where in the chunk (-1: before it) the last closing quote is. */
  private before = LF;
  private closed = NOWHERE;

  /** Where in the chunk the next quote is, its length for none; it is looked for again behind that. */
  private quoteAt = -1;

  constructor(private readonly delimiter: number) {}

  /** The lines of the text so far, when there are no more chunks: behind the last line feed there may be another one. */
  get linesAtEnd(): number {
    return this.before === LF ? this.lines : this.lines + 1;
  }

  /**
   * The position in `chunk`, from `from` on, of the line feed that ends the row, or of the first one from `least` on that
   * ends a row; -1 when the chunk ends first: the next call is then for the next chunk, from 0.
   */
  next(chunk: Buffer, from: number, least = from): number {
    const end = chunk.length;
    if (from === 0) this.quoteAt = -1;
    for (let p = from; p < end; p++) {
      if (!this.quoted) p = this.skipRows(chunk, p, least);
      p = this.endOfRow(chunk, p);
      if (p >= end) break;
      this.lines++;
      if (p >= least) return p;
    }
    if (end > 0) {
      this.before = chunk[end - 1];
      this.closed = this.closed === end - 1 ? -1 : NOWHERE;
    }
    return -1;
  }

  /**
   * Where to look on, with the line feeds on the way counted: before the next quote every line feed ends a row, and
   * `indexOf` finds them three times as fast as a loop.
   */
  private skipRows(chunk: Buffer, p: number, least: number): number {
    if (this.quoteAt < p) {
      const quote = chunk.indexOf(QUOTE, p);
      this.quoteAt = quote < 0 ? chunk.length : quote;
    }
    for (;;) {
      const lineFeed = chunk.indexOf(LF, p);
      if (lineFeed < 0) return this.quoteAt === chunk.length ? chunk.length : p;
      if (lineFeed > this.quoteAt) return p;
      if (lineFeed >= least) return lineFeed;
      this.lines++;
      p = lineFeed + 1;
    }
  }

  /** The position from `p` on of the line feed that ends the row, or the chunk's end. */
  private endOfRow(chunk: Buffer, p: number): number {
    const { delimiter } = this;
    const end = chunk.length;
    let { lines, quoted, closed } = this;
    for (; p < end; p++) {
      const c = chunk[p];
      // Nearly all bytes are none of the two.
      if (c > QUOTE) continue;
      if (c === LF) {
        if (!quoted) break;
        lines++;
      } else if (c === QUOTE) {
        if (quoted) {
          quoted = false;
          closed = p;
        } else {
          const before = p === 0 ? this.before : chunk[p - 1];
          quoted = closed === p - 1 || before === delimiter || before === LF;
        }
      }
    }
    this.lines = lines;
    this.quoted = quoted;
    this.closed = closed;
    return p;
  }
}
