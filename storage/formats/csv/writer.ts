// Writes predictions and their records as CSV: a header, then a row each.
import { UnwritableRowError } from "../../errors";
import { FieldFinder } from "../../json/members";
import type { ByteColumn } from "../../byte_column";
import type { Column, FileEncoder, OutputLayout, Rows } from "../output_format";
import { roomForQuoted, writeCell } from "./quoting";
import { QUOTE } from "./row_ends";

const LF = 0x0a;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;
const NOTHING = Buffer.alloc(0);

/** Where a column's values are: a field of what `finder` finds, or all of it. */
interface Place {
  column: Column;
  from: "records" | "predictions";
  /** Its place among the fields of the finder; -1 for the whole value. */
  field: number;
}

/** Encodes a file of CSV. */
export class CsvEncoder implements FileEncoder {
  private readonly places: readonly Place[];
  private readonly finders: Record<Place["from"], FieldFinder | undefined>;
  private out = Buffer.allocUnsafeSlow(1 << 16);
  private at = 0;

  constructor(
    private readonly layout: OutputLayout,
    private readonly delimiter: number,
  ) {
    const fields = { records: fieldsOf(layout, "record"), predictions: fieldsOf(layout, "prediction") };
    this.places = layout.columns.map((column) => {
      const from = column.source === "record" ? "records" : "predictions";
      return { column, from, field: column.field === undefined ? -1 : fields[from].indexOf(column.field) };
    });
    const finder = (names: string[]): FieldFinder | undefined =>
      names.length > 0 ? new FieldFinder(names) : undefined;
    this.finders = { records: finder(fields.records), predictions: finder(fields.predictions) };
  }

  header(): Buffer {
    this.at = 0;
    for (const [i, { name }] of this.layout.columns.entries()) {
      if (i > 0) this.byte(this.delimiter);
      const text = Buffer.from(name);
      this.cell(text, 0, text.length);
    }
    this.byte(LF);
    return this.taken();
  }

  async encode({ records, predictions }: Rows): Promise<Buffer> {
    this.at = 0;
    const { places, finders, delimiter } = this;
    const columns: Record<Place["from"], ByteColumn> = { records, predictions };
    for (let row = 0; row < predictions.length; row++) {
      finders.records?.find(records.bytes, records.start(row), records.ends[row]);
      finders.predictions?.find(predictions.bytes, predictions.start(row), predictions.ends[row]);
      const begin = this.at;
      for (let i = 0; i < places.length; i++) {
        const { from, field, column } = places[i];
        const values = columns[from];
        if (i > 0) this.byte(delimiter);
        if (field < 0) {
          this.value(values.bytes, values.start(row), values.ends[row], column);
        } else {
          const finder = finders[from]!;
          if (finder.starts[field] >= 0) {
            this.value(values.bytes, finder.starts[field], finder.ends[field], column);
          }
        }
      }
      // A line with nothing on it is no row to who reads it.
      if (this.at === begin) this.cell(NOTHING, 0, 0);
      this.byte(LF);
    }
    return this.taken();
  }

  async finish(): Promise<Buffer> {
    return NOTHING;
  }

  /** Writes the JSON value `source[from..to)` as a cell: null as nothing, a string as it is, else its JSON text. */
  private value(source: Buffer, from: number, to: number, { type, name }: Column): void {
    if (source[from] === LOWER_N) return;
    if (source[from] !== QUOTE || type === "json") return this.cell(source, from, to);
    let p = from + 1;
    while (p < to && source[p] !== BACKSLASH) p++;
    if (p === to) return this.cell(source, from + 1, to - 1);
    const text = JSON.parse(source.toString("utf8", from, to)) as string;
    if (/\p{Surrogate}/u.test(text)) {
      throw new UnwritableRowError(
        `The column '${name}' has half of a surrogate pair, which UTF-8 can't hold: ${source.toString("utf8", from, to)}. ` +
          "JSON lines can.",
      );
    }
    const bytes = Buffer.from(text);
    this.cell(bytes, 0, bytes.length);
  }

  private cell(source: Buffer, from: number, to: number): void {
    this.reserve(roomForQuoted(to - from));
    this.at = writeCell(source, from, to, this.delimiter, this.out, this.at);
  }

  private byte(byte: number): void {
    this.reserve(1);
    this.out[this.at++] = byte;
  }

  private reserve(size: number): void {
    if (this.at + size <= this.out.length) return;
    const grown = Buffer.allocUnsafeSlow(2 * (this.at + size));
    this.out.copy(grown, 0, 0, this.at);
    this.out = grown;
  }

  private taken(): Buffer {
    return Buffer.from(this.out.subarray(0, this.at));
  }
}

/** The fields that columns take from the records or the predictions, each once. */
function fieldsOf({ columns }: OutputLayout, source: Column["source"]): string[] {
  const fields = columns.filter((column) => column.source === source).map(({ field }) => field);
  return [...new Set(fields.filter((field) => field !== undefined))];
}
