// Cuts a CSV file into ranges that start where rows do: since quotes hold line feeds, all that is before must be read.
import type { ByteRange, InputFile, ReadingOptions } from "../input_format";
import { RowEnds } from "./row_ends";
import { Rows, withoutMark } from "./rows";

/**
 * Ranges of about `size` bytes, the header in the first. The file is read once for it; one that is hardly larger than a
 * range is not.
 */
export async function* splitAtRows(
  file: InputFile,
  size: number,
  delimiter: number,
  { columns }: ReadingOptions,
): AsyncGenerator<ByteRange> {
  const total = file.size!;
  let start = 0;
  let first = 1;
  const isRest = (): boolean => total - start <= 1.5 * size;
  if (!isRest()) {
    const ends = new RowEnds(delimiter);
    /** Where the next range starts at the earliest, and the bytes before the chunk. */
    let least = columns === undefined ? Math.max(size, await headerEnd(file, delimiter)) : size;
    let before = 0;
    scan: for await (const chunk of withoutMark(file.read(0, total), (mark) => (before += mark))) {
      for (let from = 0; ;) {
        const end = ends.next(chunk, from, least - before - 1);
        if (end < 0) break;
        from = end + 1;
        yield { start, end: before + from, first };
        start = before + from;
        first = ends.lines + 1;
        if (isRest()) break scan;
        least = start + size;
      }
      before += chunk.length;
    }
  }
  if (start < total) yield { start, end: total, first };
}

/** Where the first row ends that is not blank; the end of the file when there is none. */
async function headerEnd(file: InputFile, delimiter: number): Promise<number> {
  // One byte of a row is enough to see whether it is blank.
  const rows = new Rows(delimiter, 1, 0, 1);
  for await (const chunk of withoutMark(file.read(0, file.size!), (mark) => (rows.nextOffset += mark))) {
    rows.take(chunk);
    while (rows.next()) if (!rows.blank) return rows.nextOffset;
  }
  return file.size!;
}
