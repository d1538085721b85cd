// Writes predictions as Parquet files: columns with types, in row groups that bound what is held in memory.
import type { SchemaElement } from "hyparquet";
import type { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ColumnValue } from "../column_values";
import type { Column, ColumnType, FileEncoder, OutputFormat, OutputLayout, Rows } from "../output_format";
import { RowValues } from "../row_values";
import { MAGIC } from "./footer";
import { mergeParquet } from "./merge";

/** A row group is written when it has so many rows, or when the texts that its rows came from have so many bytes. */
const GROUP_ROWS = 1 << 17;
const GROUP_BYTES = 64 << 20;

export const parquetOutput: OutputFormat = {
  extension: ".parquet",
  isText: false,
  encoder: (layout) => new ParquetEncoder(layout),
  merge: mergeParquet,
};

class ParquetEncoder implements FileEncoder {
  private readonly columns: readonly Column[];
  private readonly values: RowValues;
  private readonly row: ColumnValue[] = [];
  private cells: ColumnValue[][];
  private rows = 0;
  private bytes = 0;
  private file: { writer: ParquetWriter; out: ByteWriter } | undefined;

  constructor({ columns }: OutputLayout) {
    this.columns = columns;
    this.values = new RowValues(columns);
    this.cells = columns.map(() => []);
  }

  header(): Buffer {
    return MAGIC;
  }

  async encode(rows: Rows): Promise<Buffer> {
    const { records, predictions } = rows;
    const full: Buffer[] = [];
    for (let i = 0; i < records.length; i++) {
      this.values.read(rows, i, this.row);
      for (let column = 0; column < this.row.length; column++) this.cells[column].push(this.row[column]);
      this.rows++;
      this.bytes += records.ends[i] - records.start(i) + predictions.ends[i] - predictions.start(i);
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

/** What was written, out of the writer, which goes on counting. */
function taken(out: ByteWriter): Buffer {
  const bytes = Buffer.from(out.getBytes());
  out.index = 0;
  return bytes;
}
