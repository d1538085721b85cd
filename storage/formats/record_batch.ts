// Records read together, and how a reader puts them together: the shape in which every format gives them out.
import { isUtf8 } from "node:buffer";
import { ByteColumnBuilder, type ByteColumn } from "../byte_column";
import { FlatNumbersBuilder, type FlatNumbers } from "../flat_numbers";
import { BLANK, JsonCompactor, NOT_JSON } from "../json/compact";
import { FlatLines, type Heads } from "../json/flat_lines";
import { QuickLines, ROOM } from "../json/quick_lines";
import { lengthened } from "../number_arrays";
import type { Sieve, SiftedReading } from "./input_format";

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
  /** The numbers in the records, where they were parsed on the way. */
  flat?: FlatNumbers;
  unreadable: Unreadable[];
  /** Lines of white space alone, which are skipped. */
  blank: number;
  /** Records that the sieve did not want. */
  left: number;
}

/** Bytes of an unreadable record that are shown. */
export const CONTENT_LIMIT = 1000;

const LF = 0x0a;

/** Made when there are lines for it: a process that reads none needs no WebAssembly. */
let flatLines: FlatLines | undefined;

/** Takes records one by one and keeps the batch that they make. */
export class BatchBuilder {
  blank = 0;
  private left = 0;
  private readonly compactor = new JsonCompactor();
  private readonly quickLines = new QuickLines();
  /** What `quickLines` reads from, and writes to. */
  private source: Buffer | undefined;
  private output: Buffer | undefined;
  private readonly records = new ByteColumnBuilder(1 << 17, 1024);
  private readonly flat = new FlatNumbersBuilder();
  /** The shape of the flat line before, and its heads, when the line before that had the same. */
  private shape = NaN;
  private heads: Heads | undefined;
  private readonly namesOfLine = (): string[] | undefined => this.quickLines.names();
  private numbers = new Float64Array(1024);
  private offsets = new Float64Array(1024);
  private unreadable: Unreadable[] = [];

  private readonly batchSize: number;
  private readonly batchBytes: number;
  private readonly maxRecordBytes: number;
  private readonly sieve: Sieve | undefined;

  /** Options are of many shapes: read from its own fields, they do not make the code below slow again and again. */
  constructor({ batchSize, batchBytes, maxRecordBytes, sieve }: SiftedReading) {
    this.batchSize = batchSize;
    this.batchBytes = batchBytes;
    this.maxRecordBytes = maxRecordBytes;
    this.sieve = sieve;
  }

  /** Whether it is time for `batch`. */
  get full(): boolean {
    const { batchSize } = this;
    return (
      this.lines >= batchSize || this.records.size >= this.batchBytes || this.unreadable.length >= batchSize
    );
  }

  /** The records that were added, those among them that the sieve did not want. */
  get lines(): number {
    return this.records.length + this.left;
  }

  get empty(): boolean {
    return this.lines + this.unreadable.length + this.blank === 0;
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
    const { maxRecordBytes } = this;
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
      this.endAt(end, number, offset);
    }
  }

  /**
   * Adds the first of the lines of `source[from..to)`, as far as each is a record that is plain JSON, until the batch is full.
   * The bytes must be UTF-8 and end in LF.
   * @param number,offset of the first line
   * @returns the position behind the lines that were added: none, when the first is blank, no record, or not plain
   */
  addPlainLines(source: Buffer, from: number, to: number, number: number, offset: number): number {
    const { records, quickLines } = this;
    const { maxRecordBytes } = this;
    const begin = from;
    const first = this.lines;
    if (this.source !== source) quickLines.setSource((this.source = source));
    while (from < to && !this.full) {
      if (this.heads !== undefined) {
        const at = number + this.lines - first;
        from = this.addFlatLines(this.heads, source, from, to, at, offset + from - begin);
        if (from === to || this.full) break;
      }
      // No more than for this line where those behind it are likely to be taken together: what is not used would have to be copied.
      records.reserve((this.heads === undefined ? to : source.indexOf(LF, from)) - from + ROOM);
      if (this.output !== records.bytes) quickLines.setOutput((this.output = records.bytes));
      const end = quickLines.compact(from, records.size);
      if (end < 0) break;
      const { lineEnd, columns } = quickLines;
      // What was written of it will be overwritten.
      if (lineEnd - from > maxRecordBytes) break;
      if (columns > 0) this.addFlat();
      this.endAt(end, number + this.lines - first, offset + from - begin);
      from = lineEnd + 1;
    }
    return from;
  }

  /** Adds lines as `addPlainLines` does, as far as they have the heads that are known. */
  private addFlatLines(
    heads: Heads,
    source: Buffer,
    from: number,
    to: number,
    number: number,
    offset: number,
  ): number {
    flatLines ??= new FlatLines();
    if (!flatLines.isDue()) return from;
    const { records } = this;
    const limits = {
      rows: this.batchSize - this.lines,
      bytes: this.batchBytes - records.size,
      lineBytes: this.maxRecordBytes,
    };
    const row = records.length;
    const taken = flatLines.take(heads, source, from, to, limits);
    if (taken === 0) return from;
    const { ends, starts, tokens } = flatLines;
    const names = this.flat.namesOf(this.shape);
    const wanted = names && this.sieve?.({ names, tokens });
    if (wanted === undefined) {
      this.flat.addAll(row, tokens, this.shape);
      records.addAll(flatLines.records, ends);
    } else {
      this.flat.addSome(row, tokens, wanted);
      records.addSome(flatLines.view, ends, wanted);
      this.left += taken - wanted.length;
    }
    while (this.numbers.length < records.length) this.growPlaces();
    const { numbers, offsets } = this;
    for (let at = row; at < records.length; at++) {
      const line = wanted === undefined ? at - row : wanted[at - row];
      numbers[at] = number + line;
      offsets[at] = offset + starts[line];
    }
    return from + flatLines.taken;
  }

  /** Takes over the numbers of the line that was read last; when there are two that are alike, more may be. */
  private addFlat(): void {
    const { quickLines, flat, records } = this;
    const { numbers, tokens, shape } = quickLines;
    flat.add(records.length, tokens, numbers, shape, this.namesOfLine);
    if (shape !== this.shape) this.heads = undefined;
    else this.heads ??= quickLines.headsOfLine();
    this.shape = shape;
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
    const { records } = this;
    const size = end - records.size;
    if (size > this.maxRecordBytes) {
      return this.addTooLong(size, records.bytes, records.size, end, number, offset);
    }
    this.endAt(end, number, offset);
  }

  /** Adds a record whose text is known to be compact JSON. */
  addCompact(text: string, number: number, offset: number): void {
    const size = Buffer.byteLength(text);
    if (size > this.maxRecordBytes) {
      const shown = Buffer.from(text.slice(0, CONTENT_LIMIT));
      return this.addTooLong(size, shown, 0, shown.length, number, offset);
    }
    this.records.reserve(size);
    this.endAt(this.records.size + this.records.bytes.write(text, this.records.size), number, offset);
  }

  /** Adds a record of `size` bytes that is too long, of which `source[from..to)` is the beginning. */
  addTooLong(size: number, source: Buffer, from: number, to: number, number: number, offset: number): void {
    const reason = `has ${size} bytes, more than ${this.maxRecordBytes}`;
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
    const records = this.records.build();
    const batch: RecordBatch = {
      records,
      numbers: this.numbers.slice(0, records.length),
      offsets: this.offsets.slice(0, records.length),
      flat: this.flat.build(records.length),
      unreadable: this.unreadable,
      blank: this.blank,
      left: this.left,
    };
    this.unreadable = [];
    this.blank = 0;
    this.left = 0;
    return batch;
  }

  /** Ends the record that was written up to `end`. */
  private endAt(end: number, number: number, offset: number): void {
    const { length } = this.records;
    if (length === this.numbers.length) this.growPlaces();
    this.numbers[length] = number;
    this.offsets[length] = offset;
    this.records.endAt(end);
  }

  private growPlaces(): void {
    const length = 2 * this.numbers.length;
    this.numbers = lengthened(this.numbers, length);
    this.offsets = lengthened(this.offsets, length);
  }
}
