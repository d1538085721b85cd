// Records read together, and how a reader puts them together: the shape in which every format gives them out.
import { isUtf8 } from "node:buffer";
import { ByteColumnBuilder, type ByteColumn } from "../byte_column";
import { BLANK, JsonCompactor, NOT_JSON } from "../json/compact";
import type { ReadingOptions } from "./input_format";

/** Why something that was read is no record. */
export const UNREADABLE_KINDS = ["not_json", "not_csv", "not_utf8", "too_long"] as const;
export type UnreadableKind = (typeof UNREADABLE_KINDS)[number];

/** Something that is no record. */
export interface Unreadable {
  kind: UnreadableKind;
  /** The number of its line or row, from 1, blank lines counted; NaN where it is not known. */
  number: number;
  /** The byte at which it starts; NaN where rows have no such place. */
  offset: number;
  reason: string;
  /** Its text, cut after `CONTENT_LIMIT` bytes; what is not UTF-8 is replaced. */
  content: string;
}

/** Records read together, and what else was seen on the way. */
export interface RecordBatch {
  /** One compact JSON text a record: its tokens as they were read, without the white space between them. */
  records: ByteColumn;
  /** Of each record, the number of its line or row (from 1), NaN where it is not known, and the byte at which it starts. */
  numbers: Float64Array;
  offsets: Float64Array;
  unreadable: Unreadable[];
  /** Lines of white space alone, which are skipped. */
  blank: number;
}

/** Bytes of an unreadable record that are shown. */
export const CONTENT_LIMIT = 1000;

/** Takes records one by one and keeps the batch that they make. */
export class BatchBuilder {
  blank = 0;
  private readonly compactor = new JsonCompactor();
  private readonly records = new ByteColumnBuilder(1 << 17, 1024);
  private numbers: number[] = [];
  private offsets: number[] = [];
  private unreadable: Unreadable[] = [];

  constructor(private readonly options: ReadingOptions) {}

  /** Whether it is time for `batch`. */
  get full(): boolean {
    const { records, options } = this;
    return (
      records.length >= options.batchSize ||
      records.size >= options.batchBytes ||
      this.unreadable.length >= options.batchSize
    );
  }

  get empty(): boolean {
    return this.records.length + this.unreadable.length + this.blank === 0;
  }

  /**
   * Adds the record whose JSON text is `source[from..to)`, or what is wrong with it; white space alone is a blank line.
   * @param isKnownUtf8 whether the caller has looked
   */
  addJson(
    source: Buffer,
    from: number,
    to: number,
    number: number,
    offset: number,
    isKnownUtf8 = false,
  ): void {
    const { maxRecordBytes } = this.options;
    if (to - from > maxRecordBytes) return this.addTooLong(to - from, source, from, to, number, offset);
    if (!isKnownUtf8 && !isUtf8(source.subarray(from, to))) {
      return this.refuse("not_utf8", "is not UTF-8", source, from, to, number, offset);
    }
    this.records.reserve(to - from);
    const end = this.compactor.compact(source, from, to, this.records.bytes, this.records.size);
    if (end === BLANK) {
      this.blank++;
    } else if (end === NOT_JSON) {
      const { reason, position } = this.compactor;
      const where = `at byte ${position - from + 1}`;
      this.refuse("not_json", `${reason} ${where}`, source, from, to, number, offset);
    } else {
      this.records.endAt(end);
      this.numbers.push(number);
      this.offsets.push(offset);
    }
  }

  /**
   * Room for a record of up to `size` bytes, which a caller that writes compact JSON itself writes to `bytes` from the
   * returned position on, and then adds with `endCompact`.
   */
  reserve(size: number): number {
    this.records.reserve(size);
    return this.records.size;
  }

  /** Where `reserve` makes room; another buffer after each call of it. */
  get bytes(): Buffer {
    return this.records.bytes;
  }

  /** Adds the record that was written up to `end`, unless it is too long. */
  endCompact(end: number, number: number, offset: number): void {
    const { records, options } = this;
    const size = end - records.size;
    if (size > options.maxRecordBytes) {
      return this.addTooLong(size, records.bytes, records.size, end, number, offset);
    }
    records.endAt(end);
    this.numbers.push(number);
    this.offsets.push(offset);
  }

  /** Adds a record whose text is known to be compact JSON. */
  addCompact(text: string, number: number, offset: number): void {
    const size = Buffer.byteLength(text);
    if (size > this.options.maxRecordBytes) {
      const shown = Buffer.from(text.slice(0, CONTENT_LIMIT));
      return this.addTooLong(size, shown, 0, shown.length, number, offset);
    }
    this.records.addText(text);
    this.numbers.push(number);
    this.offsets.push(offset);
  }

  /** Adds a record of `size` bytes that is too long, of which `source[from..to)` is the beginning. */
  addTooLong(size: number, source: Buffer, from: number, to: number, number: number, offset: number): void {
    const reason = `has ${size} bytes, more than ${this.options.maxRecordBytes}`;
    this.refuse("too_long", reason, source, from, to, number, offset);
  }

  /** Adds something that is no record, of which `source[from..to)` is the text or its beginning. */
  refuse(
    kind: UnreadableKind,
    reason: string,
    source: Buffer,
    from: number,
    to: number,
    number: number,
    offset: number,
  ): void {
    const content = source.toString("utf8", from, Math.min(to, from + CONTENT_LIMIT));
    this.unreadable.push({ kind, number, offset, reason, content });
  }

  /** What was added; the builder is empty afterwards. */
  batch(): RecordBatch {
    const batch: RecordBatch = {
      records: this.records.build(),
      numbers: Float64Array.from(this.numbers),
      offsets: Float64Array.from(this.offsets),
      unreadable: this.unreadable,
      blank: this.blank,
    };
    this.numbers = [];
    this.offsets = [];
    this.unreadable = [];
    this.blank = 0;
    return batch;
  }
}
