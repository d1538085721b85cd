// Makes a row of CSV the JSON text of a record, without strings or objects on the way.
import { copyBytes } from "../../bytes";
import type { FieldTypes } from "../field_types";
import { CellCursor } from "./cell_cursor";
import { cellWriter, LEFT_OUT, roomForCell, type CellWriter } from "./cells";
import { QUOTE } from "./row_ends";

const SPACE = 0x20;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What `write` returns for a row that is not what the header says; `fault` tells why. */
export const BAD_ROW = -1;

/** From here on the room that a row needs is counted, not guessed. */
const LARGE = 1 << 16;

/** Writes rows of certain columns as records. */
export class RecordWriter {
  fault = "";
  private readonly cells: CellCursor;
  private readonly names: readonly Buffer[];
  private readonly writers: readonly CellWriter[];
  private readonly room: number;

  constructor(columns: readonly string[], delimiter: number, types: FieldTypes = {}) {
    this.cells = new CellCursor(delimiter);
    this.names = columns.map((name) => Buffer.from(`${JSON.stringify(name)}:`));
    this.writers = columns.map((name) => cellWriter(Object.hasOwn(types, name) ? types[name] : undefined));
    this.room = this.names.reduce((sum, name) => sum + name.length + roomForCell(0) + 1, 2);
  }

  /** The bytes that the record of the row `source[from..to)` takes at most. */
  roomFor(source: Buffer, from: number, to: number): number {
    return this.room + roomForText(source, from, to);
  }

  /**
   * Writes the record of the row `source[from..to)`, which is UTF-8, to `out` at `start`, where there is room for it.
   * @returns the position behind it, or `BAD_ROW`
   */
  write(source: Buffer, from: number, to: number, out: Buffer, start: number): number {
    const { cells, names, writers } = this;
    let at = start;
    out[at++] = OPEN_BRACE;
    cells.begin(source, from, to);
    while (cells.next()) {
      const column = cells.count - 1;
      // Cells that are too many are counted, for the reason.
      if (column >= writers.length) continue;
      const name = names[column];
      const value = copyBytes(name, 0, name.length, out, at);
      const end = writers[column](cells.source, cells.from, cells.to, out, value);
      if (end === LEFT_OUT) continue;
      at = end;
      out[at++] = COMMA;
    }
    const { fault, count } = cells;
    if (fault !== undefined || count !== writers.length) {
      this.fault = fault ?? `has ${count} ${count === 1 ? "cell" : "cells"}, the header ${writers.length}`;
      return BAD_ROW;
    }
    // The last comma makes room for the brace.
    if (at > start + 1) at--;
    out[at++] = CLOSE_BRACE;
    return at;
  }
}

/** The bytes that the text may take within JSON strings: no more than these. */
function roomForText(source: Buffer, from: number, to: number): number {
  const size = to - from;
  if (size < LARGE) return roomForCell(size);
  let extra = 0;
  for (let p = from; p < to; p++) {
    const c = source[p];
    if (c < SPACE) extra += 5;
    else if (c === QUOTE || c === BACKSLASH) extra++;
  }
  return size + extra;
}
