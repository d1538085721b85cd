// The names of the columns of a CSV file: from its header, wherever in the file one begins to read.
import { UnreadableFileError } from "../../errors";
import type { InputFile, ReadingOptions } from "../input_format";
import { CellCursor } from "./cell_cursor";
import { QUOTE } from "./row_ends";
import { Rows, withoutMark } from "./rows";

const CR = 0x0d;

/** What there is to do about a header. */
const ADVICE = "Mend it, or take it away and name the columns with --columns a,b,c";

/** A header is looked for in this many bytes before more are asked for. */
const HEAD_BYTES = 1 << 16;

/**
 * The names in the header that `rows` stands at.
 * @throws UnreadableFileError when they can't be the names of columns
 */
export function namesInHeader(file: string, rows: Rows, delimiter: number, maxBytes: number): string[] {
  const fail = (reason: string): never => {
    throw new UnreadableFileError(file, `the header on line ${rows.number} ${reason}. ${ADVICE}.`);
  };
  const { source, from, to, size } = rows;
  if (rows.dropped > 0 || size > maxBytes) return fail(`has ${size} bytes, more than ${maxBytes}`);
  if (!rows.isUtf8) return fail("is not UTF-8");
  const row = source.subarray(from, to);
  if (row.includes(CR) && !row.includes(QUOTE)) {
    throw new UnreadableFileError(file, "its lines end in CR alone. Make them end in LF: tr '\\r' '\\n'.");
  }
  const cells = new CellCursor(delimiter);
  const names: string[] = [];
  cells.begin(source, from, to);
  while (cells.next()) names.push(cells.source.toString("utf8", cells.from, cells.to));
  if (cells.fault !== undefined) return fail(cells.fault);
  const fault = faultOf(names);
  return fault === undefined ? names : fail(fault);
}

/**
 * The names that the user gave.
 * @throws UnreadableFileError when they can't be the names of columns
 */
export function namesInOptions(file: string, columns: readonly string[]): readonly string[] {
  const fault = columns.length === 0 ? "has no column" : faultOf(columns);
  if (fault === undefined) return columns;
  throw new UnreadableFileError(file, `--columns ${fault}. Give each column a name of its own.`);
}

/**
 * Reads the header of a file of which a later part is to be read.
 * @param before where that part begins: the header ends before
 */
export async function readHeader(
  file: InputFile,
  before: number,
  delimiter: number,
  { maxRecordBytes }: ReadingOptions,
): Promise<string[]> {
  // A store is not asked for gigabytes of which a line is used, unless the header is not there.
  for (const end of new Set([Math.min(HEAD_BYTES, before), before])) {
    const rows = new Rows(delimiter, maxRecordBytes + 1, 0, 1);
    for await (const chunk of withoutMark(file.read(0, end), () => undefined)) {
      rows.take(chunk);
      while (rows.next()) {
        if (!rows.blank) return namesInHeader(file.name, rows, delimiter, maxRecordBytes);
      }
    }
  }
  throw new UnreadableFileError(file.name, `no header ends before byte ${before}. It may have changed.`);
}

function faultOf(names: readonly string[]): string | undefined {
  const empty = names.indexOf("");
  if (empty >= 0) return `has no name for column ${empty + 1}`;
  const again = names.findIndex((name, i) => names.indexOf(name) < i);
  return again < 0 ? undefined : `names two columns '${names[again]}'`;
}
