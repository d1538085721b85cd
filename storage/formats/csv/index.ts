// CSV and TSV (RFC 4180), read and written.
import type { InputFormat } from "../input_format";
import type { OutputFormat } from "../output_format";
import { readRange } from "./reader";
import { splitAtRows } from "./split";
import { CsvEncoder } from "./writer";

const COMMA = 0x2c;
const TAB = 0x09;

const input = (delimiter: number): InputFormat => ({
  unit: "line",
  split: (file, size, options) => splitAtRows(file, size, delimiter, options),
  read: (file, range, options) => readRange(file, range, delimiter, options),
});

const output = (delimiter: number, extension: string): OutputFormat => ({
  extension,
  isText: true,
  encoder: (layout) => new CsvEncoder(layout, delimiter),
});

/**
 * Rows of cells between commas, named by the header or by `options.columns`. A row is the object of its cells, each
 * understood by what the model's schema asks of the field.
 */
export const csvInput: InputFormat = input(COMMA);
/** The same with tabs for commas, quotes as in CSV. */
export const tsvInput: InputFormat = input(TAB);

/** A header and rows of cells, with LF behind each; null is a cell without anything, an empty string is `""`. */
export const csvOutput: OutputFormat = output(COMMA, ".csv");
/** The same with tabs for commas, quotes as in CSV. */
export const tsvOutput: OutputFormat = output(TAB, ".tsv");
