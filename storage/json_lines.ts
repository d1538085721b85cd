// Reads line-delimited JSON: bytes in, batches of records out, and every line that is no record with its reason.
import { isUtf8 } from "node:buffer";
import { ByteColumnBuilder, type ByteColumn } from "./byte_column";
import { BLANK, JsonCompactor, NOT_JSON } from "./json/compact";

/** Why a line is no record. */
export type UnreadableKind = "not_json" | "not_utf8" | "too_long";

/** A line that is no record. */
export interface UnreadableLine {
  kind: UnreadableKind;
  /** Its number, from 1, blank lines counted. */
  line: number;
  /** The byte at which it starts. */
  offset: number;
  reason: string;
  /** Its text, cut after `CONTENT_LIMIT` bytes; what is not UTF-8 is replaced. */
  content: string;
}

/** Records read together, and what else was seen on the way. */
export interface LineBatch {
  /** One compact JSON text a record: its tokens as they were read, without the white space between them. */
  records: ByteColumn;
  /** Of each record, the number of its line (from 1) and the byte at which the line starts. */
  lines: Float64Array;
  offsets: Float64Array;
  unreadable: UnreadableLine[];
  /** Lines of white space alone, which are skipped. */
  blank: number;
  /** Bytes read since the last batch. */
  bytes: number;
}

export interface JsonLinesOptions {
  /** Most records in a batch. */
  batchSize: number;
  /** A batch is also cut when its records reach this many bytes. */
  batchBytes: number;
  /** Longer lines are refused as `too_long`, without being held in memory. */
  maxRecordBytes: number;
}

export const JSON_LINES_DEFAULTS: JsonLinesOptions = {
  batchSize: 1024,
  batchBytes: 1 << 20,
  maxRecordBytes: 16 << 20,
};

const CONTENT_LIMIT = 1000;
/** What a line may have besides its record: a byte order mark and a carriage return. */
const MARKS = 4;
const LF = 0x0a;

/**
 * Reads lines that end in LF or CRLF, the last one with or without; a byte order mark at the beginning is skipped.
 * Memory: a batch, a chunk and the longest line that is allowed.
 */
export async function* readJsonLines(
  chunks: AsyncIterable<Buffer>,
  options: JsonLinesOptions = JSON_LINES_DEFAULTS,
): AsyncGenerator<LineBatch> {
  const lines = new LineReader(options);
  /** Bytes to keep of a line: all of one that may be a record, and what an unreadable one shows. */
  const kept = Math.max(options.maxRecordBytes, CONTENT_LIMIT) + MARKS;
  /** The start of a line whose end is not here yet, in pieces, and the bytes of it that were left out. */
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let dropped = 0;

  const finishPending = (last: Buffer): void => {
    const line = Buffer.concat([...pending, last]);
    lines.add(line, 0, line.length, dropped);
    pending = [];
    pendingBytes = dropped = 0;
  };

  for await (const chunk of chunks) {
    lines.bytes += chunk.length;
    const lastEnd = chunk.lastIndexOf(LF);
    lines.expectUtf8(chunk, lastEnd);
    let from = 0;
    if (lastEnd >= 0 && pending.length > 0) {
      const to = chunk.indexOf(LF);
      const room = kept - pendingBytes;
      dropped += Math.max(0, to - room);
      finishPending(chunk.subarray(0, Math.min(to, room)));
      from = to + 1;
      if (lines.full) yield lines.batch();
    }
    while (from <= lastEnd) {
      const to = chunk.indexOf(LF, from);
      lines.add(chunk, from, to, 0);
      from = to + 1;
      if (lines.full) yield lines.batch();
    }
    if (from < chunk.length) {
      const rest = chunk.subarray(from, from + kept - pendingBytes);
      dropped += chunk.length - from - rest.length;
      pendingBytes += rest.length;
      if (rest.length > 0) pending.push(rest);
    }
  }
  if (pending.length > 0) finishPending(Buffer.alloc(0));
  if (!lines.empty) yield lines.batch();
}

/** Takes lines one by one and keeps the batch that they make. */
class LineReader {
  bytes = 0;
  private line = 0;
  private offset = 0;
  private readonly compactor = new JsonCompactor();
  private readonly records = new ByteColumnBuilder(1 << 17, 1024);
  private lines: number[] = [];
  private offsets: number[] = [];
  private unreadable: UnreadableLine[] = [];
  private blank = 0;
  /** The chunk whose whole lines are known to be UTF-8. */
  private utf8Chunk: Buffer | undefined;

  constructor(private readonly options: JsonLinesOptions) {}

  get full(): boolean {
    const { records, options } = this;
    return (
      records.length >= options.batchSize ||
      records.size >= options.batchBytes ||
      this.unreadable.length >= options.batchSize
    );
  }

  get empty(): boolean {
    return this.bytes + this.records.length + this.unreadable.length + this.blank === 0;
  }

  /** One look at all whole lines of a chunk costs 2 ns a line, one at each 120 ns; no character crosses a line end. */
  expectUtf8(chunk: Buffer, lastEnd: number): void {
    this.utf8Chunk = lastEnd > 0 && isUtf8(chunk.subarray(0, lastEnd)) ? chunk : undefined;
  }

  /** Adds the line `source[from..to)`, of which `dropped` more bytes were left out. */
  add(source: Buffer, from: number, to: number, dropped: number): void {
    const start = this.offset;
    this.line++;
    this.offset += to - from + dropped + 1;
    if (this.line === 1 && source[from] === 0xef && source[from + 1] === 0xbb && source[from + 2] === 0xbf)
      from += 3;
    const size = to - from + dropped;
    // The carriage return of a CRLF is not the record's.
    if (dropped === 0 && to > from && source[to - 1] === 0x0d) to--;
    if (dropped > 0 || to - from > this.options.maxRecordBytes) {
      return this.refuse(
        "too_long",
        start,
        source,
        from,
        to,
        `has ${size} bytes, more than ${this.options.maxRecordBytes}`,
      );
    }
    if (source !== this.utf8Chunk && !isUtf8(source.subarray(from, to))) {
      return this.refuse("not_utf8", start, source, from, to, "is not UTF-8");
    }
    this.records.reserve(to - from);
    const end = this.compactor.compact(source, from, to, this.records.bytes, this.records.size);
    if (end === BLANK) {
      this.blank++;
    } else if (end === NOT_JSON) {
      const { reason, position } = this.compactor;
      this.refuse(
        "not_json",
        start,
        source,
        from,
        to,
        `${reason} at byte ${position - from + 1} of the line`,
      );
    } else {
      this.records.endAt(end);
      this.lines.push(this.line);
      this.offsets.push(start);
    }
  }

  batch(): LineBatch {
    const batch: LineBatch = {
      records: this.records.build(),
      lines: Float64Array.from(this.lines),
      offsets: Float64Array.from(this.offsets),
      unreadable: this.unreadable,
      blank: this.blank,
      bytes: this.bytes,
    };
    this.lines = [];
    this.offsets = [];
    this.unreadable = [];
    this.blank = 0;
    this.bytes = 0;
    return batch;
  }

  private refuse(
    kind: UnreadableKind,
    offset: number,
    source: Buffer,
    from: number,
    to: number,
    reason: string,
  ): void {
    const content = source.toString("utf8", from, Math.min(to, from + CONTENT_LIMIT));
    this.unreadable.push({ kind, line: this.line, offset, reason, content });
  }
}
