// Reads JSON files: one array of records, or values one after the other, in batches whatever the size of the file.
import { isUtf8 } from "node:buffer";
import { lengthOfMark, withWholeMark } from "../byte_order_mark";
import type { ByteRange, InputFile, InputFormat, ReadingOptions } from "../input_format";
import { readAll } from "../overrun";
import { PartialRecord } from "../partial_record";
import { BatchBuilder, CONTENT_LIMIT, type RecordBatch } from "../record_batch";
import { Found } from "./found";
import { ElementScanner } from "./scanner";

/**
 * A file that holds one JSON array, whose elements are the records, or JSON values one after the other: one object,
 * objects of several lines each, or one a line. It is read as a whole; a byte order mark at its beginning is skipped.
 *
 * What is no record is told, one unreadable each: a broken element (ElementScanner says where the next one begins), a
 * comma without an element before or behind it, what stands behind the array's closing bracket, and the end of an array
 * that has none. Memory: a batch, a chunk and the longest record that is allowed.
 */
export const jsonInput: InputFormat = { unit: "line", read };

const NOTHING: Buffer = Buffer.alloc(0);

async function* read(
  file: InputFile,
  { start, end }: ByteRange,
  options: ReadingOptions,
): AsyncGenerator<RecordBatch> {
  const batch = new BatchBuilder(options);
  const elements = new ElementReader(batch, options);
  let offset = start;
  for await (const chunk of withWholeMark(readAll(file, start, end))) {
    const mark = offset === 0 ? lengthOfMark(chunk) : 0;
    elements.begin(chunk, offset, mark);
    while (elements.addNext()) if (batch.full) yield batch.batch();
    offset += chunk.length;
  }
  while (elements.addLast(offset)) if (batch.full) yield batch.batch();
  if (!batch.empty) yield batch.batch();
}

/** Adds to a batch what a scanner finds. */
class ElementReader {
  private scanner = new ElementScanner(0);
  /** The beginning of an element whose end is not here yet. */
  private readonly partial: PartialRecord;
  private chunk = NOTHING;
  private offset = 0;
  /** From here on in the chunk, elements are known to be UTF-8. */
  private utf8From = Infinity;

  constructor(
    private readonly batch: BatchBuilder,
    options: ReadingOptions,
  ) {
    this.partial = new PartialRecord(Math.max(options.maxRecordBytes, CONTENT_LIMIT));
  }

  /** Turns to the next chunk, which begins at byte `offset` of the file, with a byte order mark of `mark` bytes. */
  begin(chunk: Buffer, offset: number, mark: number): void {
    if (mark > 0) this.scanner = new ElementScanner(mark);
    this.chunk = chunk;
    this.offset = offset;
    this.scanner.position = mark;
    this.utf8From = utf8From(chunk);
  }

  /** Adds the next thing that ends in the chunk; false when there is none. */
  addNext(): boolean {
    const { scanner, chunk, offset } = this;
    const found = scanner.next(chunk, scanner.position, offset);
    if (found !== Found.END_OF_CHUNK) {
      this.add(found);
      return true;
    }
    if (scanner.isOpen) this.partial.add(chunk.subarray(Math.max(0, scanner.start - offset)));
    return false;
  }

  /** Adds what the end of the file at byte `end` leaves; false when there is nothing more. */
  addLast(end: number): boolean {
    const found = this.scanner.finish(end);
    if (found === Found.END_OF_CHUNK) return false;
    this.chunk = NOTHING;
    this.offset = end;
    this.add(found);
    return true;
  }

  private add(found: Found): void {
    const { scanner, partial, offset, batch } = this;
    const { start, startLine } = scanner;
    const size = scanner.end - start;
    let source: Buffer = this.chunk;
    let from = start - offset;
    if (from < 0) {
      if (scanner.end > offset) partial.add(source.subarray(0, scanner.end - offset));
      source = partial.take();
      from = 0;
    }
    const to = Math.min(from + size, source.length);
    if (found !== Found.ELEMENT) {
      batch.refuse("not_json", REASONS[found], source, from, to, startLine, start);
    } else if (to - from < size) {
      batch.addTooLong(size, source, from, to, startLine, start);
    } else {
      const isKnownUtf8 = source === this.chunk && from >= this.utf8From;
      batch.addJson(source, from, to, startLine, start, isKnownUtf8);
    }
  }
}

const REASONS: Record<number, string> = {
  [Found.NO_ELEMENT]: "is a comma or bracket where a record should be",
  [Found.BEHIND_ARRAY]: "stands behind the array's closing bracket",
  [Found.ARRAY_CUT_OFF]: "ends too early: the array has no closing bracket",
};

/**
 * Where in a chunk its UTF-8 begins, behind the rest of a character that began before; `Infinity` when it is not all
 * UTF-8. One look costs much less than one at each record.
 */
function utf8From(chunk: Buffer): number {
  const isContinued = (byte: number): boolean => (byte & 0xc0) === 0x80;
  let from = 0;
  while (from < 3 && isContinued(chunk[from])) from++;
  // The last character may end in the next chunk, as may the element that it is in.
  let to = chunk.length;
  while (to > chunk.length - 3 && isContinued(chunk[to - 1])) to--;
  if (to > 0 && chunk[to - 1] >= 0xc0) to--;
  else to = chunk.length;
  return isUtf8(chunk.subarray(from, to)) ? from : Infinity;
}
