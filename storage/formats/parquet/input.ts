// Reads Parquet files: row group by row group, in batches of rows.
import { UnreadableFileError } from "../../errors";
import type { ByteRange, InputFile, InputFormat, ReadingOptions } from "../input_format";
import { BatchBuilder, CONTENT_LIMIT, type RecordBatch } from "../record_batch";
import type { ByteSource } from "./footer";
import { loadDecoders } from "./libraries";
import { RowGroupReader } from "./row_group";
import { describe, type Description, groupStart } from "./schema";
import { type Encounters, NOT_UTF8 } from "./value_texts";

export const parquetInput: InputFormat = { unit: "row", split, read };

type Group = Description["groups"][number];

/** Cuts between row groups, so that each range has about `size` bytes of them, or one that is larger. */
async function* split(file: InputFile, size: number): AsyncGenerator<ByteRange> {
  const source = sourceOf(file);
  const { groups } = await describe(source, await loadDecoders());
  let range: ByteRange = { start: 0, end: source.size, first: 1 };
  let first: number | undefined; // where the first row group of the range begins
  for (const group of groups) {
    if (!hasRows(group)) continue;
    const start = groupStart(group);
    // Row groups need not be in order; a cut may then come late, and ranges have none or several of them.
    if (first !== undefined && start - first >= size) {
      yield { ...range, end: start };
      range = { start, end: source.size };
      first = start;
    }
    first ??= start;
  }
  yield range;
}

/** Reads the row groups that begin in `[range.start, range.end)`. Rows have numbers, and no place in bytes. */
async function* read(
  file: InputFile,
  range: ByteRange,
  options: ReadingOptions,
): AsyncGenerator<RecordBatch> {
  const source = sourceOf(file);
  const decoders = await loadDecoders();
  const description = await describe(source, decoders);
  const builder = new BatchBuilder(options);
  const met: Encounters = { notUtf8: false };
  let number = 1;
  for (const group of description.groups) {
    const rows = Number(group.num_rows);
    const start = hasRows(group) ? groupStart(group) : -1;
    if (start >= range.start && start < range.end) {
      const step = stepOf(group, options);
      const reader = await RowGroupReader.open(decoders, source, description, group, met);
      for (let done = 0; done < rows; done += step) {
        let place = number + done;
        for (const text of await reader.rows(Math.min(step, rows - done))) {
          if (met.notUtf8 && text.includes(NOT_UTF8)) refuse(builder, text, place);
          else builder.addCompact(text, place, NaN);
          place++;
          if (builder.full) yield builder.batch();
        }
      }
    }
    number += rows;
  }
  if (!builder.empty) yield builder.batch();
}

/** Only what has columns too has a place in the file. */
function hasRows({ num_rows, columns }: Group): boolean {
  return num_rows > 0n && columns.length > 0;
}

/** Rows that are made texts together: a batch, or less where rows are large. */
function stepOf({ total_byte_size, num_rows }: Group, { batchSize, batchBytes }: ReadingOptions): number {
  const rowBytes = Math.max(1, Number(total_byte_size) / Number(num_rows));
  return Math.max(1, Math.min(batchSize, Math.ceil(batchBytes / rowBytes)));
}

function refuse(builder: BatchBuilder, text: string, number: number): void {
  const content = Buffer.from(text.replaceAll(NOT_UTF8, "\ufffd").slice(0, CONTENT_LIMIT));
  builder.refuse("not_utf8", "holds a string that is not UTF-8", content, 0, content.length, number, NaN);
}

function sourceOf(file: InputFile): ByteSource {
  const { name, size } = file;
  if (size === undefined) {
    throw new UnreadableFileError(
      name,
      "a Parquet file that is compressed as a whole can't be read; decompress it (Parquet compresses within)",
    );
  }
  return { name, size, read: (start, end) => file.read(start, end) };
}
