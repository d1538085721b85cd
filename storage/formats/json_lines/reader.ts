// Reads line-delimited JSON: every line is a record, blank, or unreadable with its place and reason.
import { isUtf8 } from "node:buffer";
import { lengthOfMark } from "../byte_order_mark";
import { splitAnywhere, type ByteRange, type InputFile, type InputFormat } from "../input_format";
import type { SiftedReading } from "../input_format";
import { PartialRecord } from "../partial_record";
import { BatchBuilder, CONTENT_LIMIT, type RecordBatch } from "../record_batch";
import { LF, wholeLines } from "./whole_lines";

const CR = 0x0d;
/** What a line may have besides its record: a byte order mark and a carriage return. */
const MARKS = 4;

/**
 * Lines that end in LF or CRLF, the last one with or without; a byte order mark at the beginning of the file is skipped,
 * blank lines are counted. Ranges may be cut anywhere. Memory: a batch, a chunk and the longest line that is allowed.
 */
export const jsonLinesInput: InputFormat = { unit: "line", split: splitAnywhere, read };

async function* read(
  file: InputFile,
  { start, end, first }: ByteRange,
  options: SiftedReading,
): AsyncGenerator<RecordBatch> {
  const lines = new LineReader(options, first ?? (start === 0 ? 1 : NaN));
  /** The beginning of a line whose end is not here yet: all of one that may be a record, and what a longer one shows. */
  const open = new PartialRecord(Math.max(options.maxRecordBytes, CONTENT_LIMIT) + MARKS);
  let next = 0;
  for await (const { bytes, offset } of wholeLines(file, start, end)) {
    next = offset + bytes.length;
    const lastEnd = bytes.lastIndexOf(LF);
    let from = 0;
    if (lastEnd >= 0 && open.size > 0) {
      const to = bytes.indexOf(LF);
      open.add(bytes.subarray(0, to));
      lines.addOpen(open, offset + to);
      from = to + 1;
      if (lines.batch.full) yield lines.batch.batch();
    }
    // One look at all whole lines costs 2 ns a line, one at each 120 ns; no character crosses a line end.
    const isKnownUtf8 = from < lastEnd && isUtf8(bytes.subarray(from, lastEnd));
    while (from <= lastEnd) {
      if (isKnownUtf8) from = lines.addPlain(bytes, from, lastEnd + 1, offset + from);
      if (from <= lastEnd && !lines.batch.full) {
        const to = bytes.indexOf(LF, from);
        lines.add(bytes, from, to, offset + from, isKnownUtf8);
        from = to + 1;
      }
      if (lines.batch.full) yield lines.batch.batch();
    }
    if (from < bytes.length) open.add(bytes.subarray(from));
  }
  if (open.size > 0) lines.addOpen(open, next);
  if (!lines.batch.empty) yield lines.batch.batch();
}

/** Takes lines one by one. */
class LineReader {
  readonly batch: BatchBuilder;

  /** @param number the number of the next line, NaN where it is not known */
  constructor(
    options: SiftedReading,
    private number: number,
  ) {
    this.batch = new BatchBuilder(options);
  }

  /** Adds lines of `source[from..to)` as far as they are plain JSON; returns the position behind them. */
  addPlain(source: Buffer, from: number, to: number, offset: number): number {
    const { lines } = this.batch;
    const end = this.batch.addPlainLines(source, from, to, this.number, offset);
    this.number += this.batch.lines - lines;
    return end;
  }

  /** Adds the line `source[from..to)`, without its LF. */
  add(source: Buffer, from: number, to: number, offset: number, isKnownUtf8: boolean): void {
    if (offset === 0) from += lengthOfMark(source, from);
    // The carriage return of a CRLF is not the record's.
    if (to > from && source[to - 1] === CR) to--;
    this.batch.addJson(source, from, to, this.number++, offset, isKnownUtf8);
  }

  /** Adds a line that came in several pieces and ends before byte `end` of the file. */
  addOpen(open: PartialRecord, end: number): void {
    const { size, lastByte } = open;
    const line = open.take();
    const offset = end - size;
    if (line.length === size) return this.add(line, 0, size, offset, false);
    const mark = offset === 0 ? lengthOfMark(line) : 0;
    const record = size - mark - (lastByte === CR ? 1 : 0);
    this.batch.addTooLong(record, line, mark, line.length, this.number++, offset);
  }
}
