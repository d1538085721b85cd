// The values of a row's columns, taken from the JSON texts of its record and its prediction.
import { FieldFinder } from "../json/members";
import { columnValue, UNFIT, unfitError, type ColumnValue } from "./column_values";
import type { Column, Rows } from "./output_format";

const LOWER_N = 0x6e;

/** Reads rows one after the other. */
export class RowValues {
  private readonly sources: SourceColumns[];

  constructor(columns: readonly Column[]) {
    this.sources = (["record", "prediction"] as const).map((source) => new SourceColumns(columns, source));
  }

  /**
   * Writes the values of row `i`, in the order of the columns, to `values`. A field that is not there is null. Of a
   * record without a prediction, which was not valid and stands whole in the errors output, what does not fit is null.
   * @throws UnwritableRowError for any other value that does not fit its column
   */
  read(rows: Rows, i: number, values: ColumnValue[]): void {
    const { records, predictions } = rows;
    const isValid = predictions.bytes[predictions.start(i)] !== LOWER_N;
    this.sources[0].read(records.bytes, records.start(i), records.ends[i], isValid, values);
    this.sources[1].read(predictions.bytes, predictions.start(i), predictions.ends[i], isValid, values);
  }
}

/** The columns that are taken from one of the two texts. */
class SourceColumns {
  private readonly finder: FieldFinder;
  private readonly fields: { column: Column; at: number; field: number }[] = [];
  private readonly wholes: { column: Column; at: number }[] = [];

  constructor(columns: readonly Column[], source: Column["source"]) {
    // Two columns may be taken from one field, which the finder knows once.
    const names = new Map<string, number>();
    columns.forEach((column, at) => {
      if (column.source !== source) return;
      if (column.field === undefined) {
        this.wholes.push({ column, at });
        return;
      }
      const field = names.get(column.field) ?? names.size;
      names.set(column.field, field);
      this.fields.push({ column, at, field });
    });
    this.finder = new FieldFinder([...names.keys()]);
  }

  read(bytes: Buffer, from: number, to: number, isValid: boolean, values: ColumnValue[]): void {
    for (const { column, at } of this.wholes) values[at] = cell(column, bytes, from, to, isValid);
    if (this.fields.length === 0) return;
    const { finder } = this;
    finder.find(bytes, from, to);
    for (const { column, at, field } of this.fields) {
      const start = finder.starts[field];
      values[at] = start < 0 ? null : cell(column, bytes, start, finder.ends[field], isValid);
    }
  }
}

function cell(column: Column, bytes: Buffer, from: number, to: number, isValid: boolean): ColumnValue {
  const value = columnValue(bytes, from, to, column.type);
  if (value !== UNFIT) return value;
  if (isValid) throw unfitError(column, bytes, from, to);
  return null;
}
