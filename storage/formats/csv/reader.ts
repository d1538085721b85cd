// Reads the rows of a range of a CSV file as records, and says of each row that is none why.
import { UnreadableFileError } from "../../errors";
import type { ByteRange, InputFile, ReadingOptions } from "../input_format";
import { BatchBuilder, CONTENT_LIMIT, type RecordBatch } from "../record_batch";
import { namesInHeader, namesInOptions, readHeader } from "./header";
import { BAD_ROW, RecordWriter } from "./record";
import { Rows, withoutMark } from "./rows";

/**
 * Reads the rows that begin in the range, which starts where a row does. Memory: a batch, a chunk and the longest row
 * that is allowed.
 */
export async function* readRange(
  file: InputFile,
  range: ByteRange,
  delimiter: number,
  options: ReadingOptions,
): AsyncGenerator<RecordBatch> {
  const kept = Math.max(options.maxRecordBytes, CONTENT_LIMIT) + 1;
  const first = range.first ?? (range.start === 0 ? 1 : NaN);
  const rows = new Rows(delimiter, kept, range.start, first);
  const reader = new RowReader(file.name, rows, delimiter, options);
  if (options.columns !== undefined) reader.expect(namesInOptions(file.name, options.columns));
  else if (range.start > 0) reader.expect(await readHeader(file, range.start, delimiter, options));

  const { batch } = reader;
  for await (const chunk of bytesOf(file, range, rows)) {
    rows.take(chunk);
    rows.expectUtf8();
    while (rows.nextOffset < range.end && rows.next()) {
      reader.add();
      if (batch.full) yield batch.batch();
    }
    if (rows.nextOffset >= range.end) break;
  }
  if (rows.last()) reader.add();
  if (!batch.empty) yield batch.batch();
}

/** The bytes of the range, without a mark at the file's beginning, and those of a row that goes over the range's end. */
async function* bytesOf(file: InputFile, { start, end }: ByteRange, rows: Rows): AsyncGenerator<Buffer> {
  const size = file.size ?? Infinity;
  const inRange = wholly(file, start, Math.min(end, size));
  yield* start === 0 ? withoutMark(inRange, (bytes) => (rows.nextOffset += bytes)) : inRange;
  // What took the last chunk has come to its end by now.
  if (end < size && rows.within) yield* wholly(file, end, size);
}

/** The bytes of a file; that there are too few is not taken for the end of a row. */
async function* wholly(file: InputFile, start: number, end: number): AsyncGenerator<Buffer> {
  let at = start;
  for await (const chunk of file.read(start, end)) {
    at += chunk.length;
    yield chunk;
  }
  if (at < end && end !== Infinity) {
    throw new UnreadableFileError(
      file.name,
      `it ends at byte ${at}, not ${end}: it changed while it was read.`,
    );
  }
}

/** Takes the rows that a cursor stands at, and keeps the batch that they make. */
class RowReader {
  readonly batch: BatchBuilder;
  private writer: RecordWriter | undefined;

  constructor(
    private readonly file: string,
    private readonly rows: Rows,
    private readonly delimiter: number,
    private readonly options: ReadingOptions,
  ) {
    this.batch = new BatchBuilder(options);
  }

  /** The columns are these; otherwise the first row names them. */
  expect(columns: readonly string[]): void {
    this.writer = new RecordWriter(columns, this.delimiter, this.options.fieldTypes);
  }

  add(): void {
    const { rows, batch, writer } = this;
    const { maxRecordBytes } = this.options;
    const { source, from, to, size, number, offset } = rows;
    if (rows.blank) {
      batch.blank++;
    } else if (writer === undefined) {
      this.expect(namesInHeader(this.file, rows, this.delimiter, maxRecordBytes));
    } else if (rows.dropped > 0 || size > maxRecordBytes) {
      this.refuse("too_long", `has ${size} bytes, more than ${maxRecordBytes}`);
    } else if (!rows.isUtf8) {
      this.refuse("not_utf8", "is not UTF-8");
    } else {
      const start = batch.reserve(writer.roomFor(source, from, to));
      const end = writer.write(source, from, to, batch.bytes, start);
      if (end === BAD_ROW) this.refuse("not_csv", writer.fault);
      else batch.endCompact(end, number, offset);
    }
  }

  private refuse(kind: "too_long" | "not_utf8" | "not_csv", reason: string): void {
    const { source, from, to, number, offset, lines, unclosed } = this.rows;
    if (unclosed && kind !== "not_csv") reason += ", and opens a quote that is never closed";
    // A quote too many makes one row of all that follow: the reason should tell how much of the file is in it.
    if (lines > 1) reason += `; it goes over ${lines} lines: is a quote missing?`;
    this.batch.refuse(kind, reason, source, from, to, number, offset);
  }
}
