// Writes predictions as Parquet files: columns with types, in row groups that bound what is held in memory.
import type { SchemaElement } from "hyparquet";
import type { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { UnwritableRowError } from "../../errors";
import { FieldFinder } from "../../json/members";
import type { ByteColumn } from "../../byte_column";
import type { Column, ColumnType, FileEncoder, OutputFormat, OutputLayout, Rows } from "../output_format";
import { type Cell, cellOf } from "./cells";
import { MAGIC } from "./footer";
import { mergeParquet } from "./merge";

/** A row group is written when it has so many rows, or when the texts that its rows came from have so many bytes. */
const GROUP_ROWS = 1 << 17;
const GROUP_BYTES = 64 << 20;

/** Bytes of a value that an error shows. */
const SHOWN = 100;

export const parquetOutput: OutputFormat = {
  extension: ".parquet",
  isText: false,
  encoder: (layout) => new ParquetEncoder(layout),
  merge: mergeParquet,
};

/** Which records and predictions the cells of columns come from. */
interface Source {
  finder: FieldFinder;
  /** The fields that are looked for. */
  fields: string[];
}

class ParquetEncoder implements FileEncoder {
  private readonly columns: readonly Column[];
  private readonly sources: Record<Column["source"], Source>;
  /** Of each column, the place of its field among those of its source; -1 for the whole of it. */
  private readonly places: readonly number[];
  private cells: Cell[][];
  private rows = 0;
  private bytes = 0;
  private file: { writer: ParquetWriter; out: ByteWriter } | undefined;

  constructor({ columns }: OutputLayout) {
    this.columns = columns;
    this.cells = columns.map(() => []);
    this.sources = { record: sourceOf(columns, "record"), prediction: sourceOf(columns, "prediction") };
    this.places = columns.map(({ source, field }) =>
      field === undefined ? -1 : this.sources[source].fields.indexOf(field),
    );
  }

  header(): Buffer {
    return MAGIC;
  }

  async encode({ records, predictions }: Rows): Promise<Buffer> {
    const full: Buffer[] = [];
    for (let row = 0; row < records.length; row++) {
      this.add(records, predictions, row);
      if (this.rows >= GROUP_ROWS || this.bytes >= GROUP_BYTES) full.push(await this.flush());
    }
    return full.length === 1 ? full[0] : Buffer.concat(full);
  }

  async finish(): Promise<Buffer> {
    const last = this.rows > 0 ? await this.flush() : Buffer.alloc(0);
    const { writer, out } = await this.open();
    // Readers from before logical types know JSON by this name.
    for (const element of writer.schema)
      if (element.logical_type?.type === "JSON") element.converted_type = "JSON";
    await writer.finish();
    return Buffer.concat([last, taken(out)]);
  }

  private add(records: ByteColumn, predictions: ByteColumn, row: number): void {
    const { columns, places, sources, cells } = this;
    const texts = { record: records, prediction: predictions };
    for (const source of ["record", "prediction"] as const) {
      const { fields, finder } = sources[source];
      const { bytes, ends } = texts[source];
      const start = texts[source].start(row);
      // Without fields of an object all cells are null.
      if (fields.length > 0) finder.find(bytes, start, ends[row]);
      this.bytes += ends[row] - start;
    }
    for (let i = 0; i < columns.length; i++) {
      const { source, type } = columns[i];
      const { bytes, ends } = texts[source];
      const place = places[i];
      const { finder } = sources[source];
      const from = place < 0 ? texts[source].start(row) : finder.starts[place];
      const to = place < 0 ? ends[row] : finder.ends[place];
      let cell = from < 0 ? null : cellOf(type, bytes, from, to);
      if (cell === undefined) {
        // A record without a prediction was refused by the model; it stands whole in the errors output.
        if (!isNull(predictions, row)) throw unwritable(columns[i], bytes, from, to);
        cell = null;
      }
      cells[i].push(cell);
    }
    this.rows++;
  }

  /** The bytes of a row group of all rows that were kept back. */
  private async flush(): Promise<Buffer> {
    const { columns, cells, rows } = this;
    const { writer, out } = await this.open();
    this.cells = columns.map(() => []);
    this.rows = 0;
    this.bytes = 0;
    await writer.write({
      columnData: columns.map(({ name, type }, i) => ({
        name,
        data: cells[i],
        // Page indexes hold places in the file, which change when files are merged.
        offsetIndex: false,
        // The least and the greatest of JSON texts say nothing, and would stand in the footer as long as they are.
        statistics: type !== "json",
      })),
      rowGroupSize: rows,
    });
    return taken(out);
  }

  private async open(): Promise<{ writer: ParquetWriter; out: ByteWriter }> {
    if (this.file === undefined) {
      const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
      const out = new ByteWriter(1 << 16);
      const schema: SchemaElement[] = [
        { name: "schema", num_children: this.columns.length },
        ...this.columns.map(({ name, type }) => ({
          name,
          repetition_type: "OPTIONAL" as const,
          ...ELEMENTS[type],
        })),
      ];
      const writer = new ParquetWriter({ writer: out, schema, codec: "SNAPPY", createdBy: "beam-predict" });
      taken(out); // the header, which was given out already
      this.file = { writer, out };
    }
    return this.file;
  }
}

const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, "name">>> = {
  double: { type: "DOUBLE" },
  int64: { type: "INT64" },
  boolean: { type: "BOOLEAN" },
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  // Its older name comes at the end: by it the writer would take the texts for values and write them anew.
  json: { type: "BYTE_ARRAY", logical_type: { type: "JSON" } },
};

function sourceOf(columns: readonly Column[], source: Column["source"]): Source {
  const named = columns.filter((column) => column.source === source && column.field !== undefined);
  const fields = [...new Set(named.map(({ field }) => field!))];
  return { fields, finder: new FieldFinder(fields) };
}

/** What was written, out of the writer, which goes on counting. */
function taken(out: ByteWriter): Buffer {
  const bytes = Buffer.from(out.getBytes());
  out.index = 0;
  return bytes;
}

function isNull(column: ByteColumn, row: number): boolean {
  const start = column.start(row);
  return column.ends[row] - start === 4 && column.bytes.toString("latin1", start, start + 4) === "null";
}

function unwritable({ name, type }: Column, bytes: Buffer, from: number, to: number): UnwritableRowError {
  const value = bytes.toString("utf8", from, Math.min(to, from + SHOWN)) + (to - from > SHOWN ? "..." : "");
  const what = { double: "doubles", int64: "64-bit integers", boolean: "booleans", string: "strings" };
  const kind = type === "json" ? "JSON" : what[type];
  return new UnwritableRowError(
    `The column '${name}' of a Parquet file holds ${kind}, not ${value}. ` +
      "Write jsonl or tsv-json instead, which hold any value.",
  );
}
