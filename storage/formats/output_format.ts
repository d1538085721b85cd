// The interface of every format that predictions are written in.
import type { ByteColumn } from "../byte_column";
import type { Viewed } from "../bytes";
import type { Segment, ShardSource } from "../file_systems/staged_output";

/** Rows to write: records and their predictions, each a column of compact JSON texts. */
export interface Rows {
  records: ByteColumn;
  /** `null` where a record has none. */
  predictions: ByteColumn;
  /** The same where they stand, if that is in one buffer: whoever copies them anyway needs no columns. */
  texts?: RowTexts;
}

/** Records with their predictions, each behind its record. */
export interface RowTexts extends Viewed {
  /** Where each record starts, where it ends and its prediction starts, and where that ends. */
  starts: Uint32Array;
  middles: Uint32Array;
  ends: Uint32Array;
}

/** What a column of a typed format holds; each value may be null. */
export type ColumnType =
  | "double"
  | "int64"
  | "boolean"
  /** Strings as they are; other values as their JSON text. */
  | "string"
  /** Any value, as its JSON text. */
  | "json";

/** A column of a format that has columns. */
export interface Column {
  name: string;
  /** What it is taken from, and which field of that; without a field the whole of it. */
  source: "record" | "prediction";
  field?: string;
  type: ColumnType;
}

/** What of a record and its prediction is written. Plain data: it travels to workers. */
export interface OutputLayout {
  /** Whether predictions are written with their records, or alone. */
  join: "input" | "none";
  /** The fields of the record that are written, in this order; absent: the record as it is. */
  select?: readonly string[];
  /** What the names of the prediction's fields begin with where they stand beside the record's. */
  predictionPrefix: string;
  /** The names of the prediction's fields, as the model's output schema has them; none: it is one value. */
  predictionFields: readonly string[];
  /** The columns of formats that have them. */
  columns: readonly Column[];
}

/** Encodes one file; used once. */
export interface FileEncoder {
  /** The bytes that the file begins with, the same in each file of a job. */
  header(): Buffer;
  /**
   * The bytes of more rows, which the next call may overwrite; it may keep rows back, to give them out with the next ones.
   * @throws UnwritableRowError for a row that the format can't hold
   */
  encode(rows: Rows): Promise<Buffer>;
  /** The bytes that the file ends with, rows that were kept back among them. */
  finish(): Promise<Buffer>;
}

/** A format that predictions are written in. */
export interface OutputFormat {
  /** What the names of its files end in: `.csv`. */
  readonly extension: string;
  /** Whether its files may be compressed as a whole; formats that compress within are not. */
  readonly isText: boolean;
  /**
   * Whether its files are nothing but lines, and each call of an encoder gives out whole ones: then those of several files
   * may be mixed in one.
   */
  readonly isPlainLines?: boolean;

  /** @param jobId the same for each file of a job, which may be merged */
  encoder(layout: OutputLayout, jobId: string): FileEncoder;

  /** How several files of a job are made one; absent: one after the other, the header once. */
  merge?(shards: readonly ShardSource[]): Promise<Segment[]>;
}
