// The interface of every format that records are read from.
import type { RecordBatch } from "./record_batch";
import type { FieldTypes } from "./field_types";
import type { FlatNumbers } from "../flat_numbers";

/** A file, decompressed, as a format sees it. */
export interface InputFile {
  /** Its name, for errors. */
  readonly name: string;
  /** Its size in bytes; undefined where it is not known, as of a compressed file, which is read from its start alone. */
  readonly size: number | undefined;
  /** The bytes `[start, end)`, in chunks; `end` may lie behind the file's end. */
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/** A part of a file that is read on its own: the records that begin in the bytes `[start, end)`. */
export interface ByteRange {
  start: number;
  /** `Infinity` for the rest of a file whose size is not known. */
  end: number;
  /** The number of the line or row that begins at `start`, where it is known; 1 at the start of a file. */
  first?: number;
}

/** How records are read. Plain data: it travels to workers. */
export interface ReadingOptions {
  /** Most records in a batch. */
  batchSize: number;
  /** A batch is also cut when its records reach this many bytes. */
  batchBytes: number;
  /** Longer records are refused as `too_long`, without being held in memory. */
  maxRecordBytes: number;
  /** The names of the columns of files that have no header (CSV, TSV). */
  columns?: readonly string[];
  /** What the model's input schema asks of fields, by which the cells of CSV and TSV are understood. */
  fieldTypes?: FieldTypes;
}

/**
 * Says which of some flat records are wanted, by their numbers, before their texts are copied.
 * @returns their rows, in order; undefined for all of them
 */
export type Sieve = (flat: Pick<FlatNumbers, "names" | "tokens">) => Uint32Array | undefined;

/** How records are read, and which of them. A reader need not ask. */
export interface SiftedReading extends ReadingOptions {
  sieve?: Sieve;
}

/** What is not said otherwise. */
export const READING_DEFAULTS: ReadingOptions = {
  // Each batch costs 0.2 ms besides its records: of 1024 a job of 10,000,000 took 4 to 8% more processor time.
  batchSize: 4096,
  batchBytes: 1 << 20,
  maxRecordBytes: 16 << 20,
};

/** A format that records are read from. */
export interface InputFormat {
  /** What positions count: lines of a text, or rows. */
  readonly unit: "line" | "row";

  /**
   * Cuts a file whose size is known into ranges of about `size` bytes that can be read apart, every record in exactly
   * one of them. Absent: it is read as a whole.
   */
  split?(file: InputFile, size: number, options: ReadingOptions): AsyncIterable<ByteRange>;

  /**
   * Reads the records of a range. Memory: a few batches, whatever the size of the file (a row group, where a format has
   * them). Records that can't be read are told as such in the batches; of others those may be left out that the sieve does not want.
   * @throws UnreadableFileError when the file as a whole is not what it should be, or ends too early
   */
  read(file: InputFile, range: ByteRange, options: SiftedReading): AsyncGenerator<RecordBatch>;
}

/** Cuts `[0, file.size)` at every multiple of `size`, for formats that find their records from any byte. */
export async function* splitAnywhere(file: InputFile, size: number): AsyncGenerator<ByteRange> {
  const total = file.size!;
  // The last range takes what would be a small rest.
  for (let start = 0; start < total;) {
    const end = total - start < 1.5 * size ? total : start + size;
    yield start === 0 ? { start, end, first: 1 } : { start, end };
    start = end;
  }
}
