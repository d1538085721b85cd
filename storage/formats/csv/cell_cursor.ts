// Cuts a row of CSV into its cells, on bytes.
//
// Why not a library: of those that are fast, udsv (0.7.3) loses text without a word (`"a"b,c` is read as `b`, `a,"b` as
// `a` and an empty cell), joins cells beyond the header's last into it, runs rows that are too short into the next one,
// skips a row of one `""`, and knows one line end a file. The number of rows tells of some of that only.
import { QUOTE } from "./row_ends";

/** A cursor over the cells of a row: `begin`, then `next` until it is false; `fault` then says whether the row is bad. */
export class CellCursor {
  /** The text of the cell is `source[from..to)`: without its quotes, doubled quotes taken for one. */
  source: Buffer = Buffer.alloc(0);
  from = 0;
  to = 0;
  /** Cells so far. */
  count = 0;
  /** Why the row can't be read further. */
  fault: string | undefined;

  private row = this.source;
  /** Where the next cell begins: behind `end` when there is none. */
  private at = 0;
  private end = -1;
  private scratch: Buffer = Buffer.alloc(1 << 10);

  constructor(private readonly delimiter: number) {}

  /** The row is `row[from..to)`, without its line end. */
  begin(row: Buffer, from: number, to: number): void {
    this.row = row;
    this.at = from;
    this.end = to;
    this.count = 0;
    this.fault = undefined;
  }

  next(): boolean {
    const { row, at, end, delimiter } = this;
    if (at > end) return false;
    this.count++;
    if (at < end && row[at] === QUOTE) return this.quoted(at + 1);
    let p = at;
    while (p < end && row[p] !== delimiter) p++;
    this.source = row;
    this.from = at;
    this.to = p;
    this.at = p + 1;
    return true;
  }

  private quoted(from: number): boolean {
    const { row, end } = this;
    let p = from;
    let doubled = 0;
    for (;;) {
      while (p < end && row[p] !== QUOTE) p++;
      if (p === end) return this.fail(`opens a quote in cell ${this.count} that is never closed`);
      if (p + 1 === end || row[p + 1] !== QUOTE) break;
      doubled++;
      p += 2;
    }
    if (p + 1 < end && row[p + 1] !== this.delimiter) {
      return this.fail(`has text behind the closing quote of cell ${this.count}`);
    }
    this.at = p + 2;
    this.source = row;
    this.from = from;
    this.to = p;
    if (doubled > 0) this.undouble(p - from - doubled);
    return true;
  }

  /** The cell with its doubled quotes taken for one: `size` bytes. */
  private undouble(size: number): void {
    const { row, from } = this;
    if (this.scratch.length < size) this.scratch = Buffer.allocUnsafeSlow(2 * size);
    const { scratch } = this;
    for (let p = from, i = 0; i < size; p++) {
      const c = row[p];
      scratch[i++] = c;
      if (c === QUOTE) p++;
    }
    this.source = scratch;
    this.from = 0;
    this.to = size;
  }

  private fail(fault: string): false {
    this.fault = fault;
    this.at = this.end + 1;
    return false;
  }
}
