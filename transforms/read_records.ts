// readRecords: files of records in, blocks of records out.
import "../sdk";
import { counter, type Counter } from "apache-beam/transforms/pardo";
import { impulse } from "apache-beam/transforms/internal";
import { requireForSerialization } from "apache-beam/serialization";
import type { PCollection, Root } from "apache-beam/pvalue";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import {
  DEFAULT_SPLIT_BYTES,
  inputFormat,
  listRanges,
  READING_DEFAULTS,
  readRanges,
  type FieldTypes,
  type InputFormatName,
  type Sieve,
  type SourceOptions,
  type SourceRange,
  type StorageSettings,
} from "../storage";
import { asyncParDo, asyncParDoWithOutputs, type AsyncDoFn, type Tagged } from "./async_pardo";
import { jsonCoder } from "./blocks/coder";
import { recordBlockCoder, type RecordBlock } from "./blocks/record_block";
import { knownRecords } from "./distinct/known_records";
import { placeOf, type Failure } from "./failure";
import { reshuffle } from "./reshuffle";

/** What was read in one go; the sums over all of them account for every record. */
export interface ReadCounts {
  records: number;
  /** Lines of white space alone. */
  blank: number;
  /** What is no record, by kind. */
  unreadable: Record<string, number>;
}

/** What `readRecords` gives. */
export type RecordsRead = {
  records: PCollection<RecordBlock>;
  /** What is no record. */
  unreadable: PCollection<Failure[]>;
  counts: PCollection<ReadCounts>;
};

export interface ReadOptions {
  /** The format of all files. Default: each as its extension says, JSON lines where it says none. */
  format?: InputFormatName;
  /** Most records in a block, which is also what the model gets at once. Default 4096. */
  batchSize?: number;
  /** Longer records are refused as `too_long`, in bytes. Default 16 MiB. */
  maxRecordBytes?: number;
  /** Larger files are read in parts of about this many bytes, and smaller ones gathered up to it. Default 8 MiB. */
  splitBytes?: number;
  /** The names of the columns of CSV and TSV files without a header. */
  columns?: readonly string[];
  /** What the model's input schema asks of fields (`fieldTypesOf`), by which cells of CSV and TSV are understood. */
  fieldTypes?: FieldTypes;
  /** Where S3 and GCS are, when the environment does not say it. */
  storage?: StorageSettings;
  /** The file that holds what came from standard input, which is read where the input is `-`. */
  standardInput?: string;
  /**
   * The `knownAs` of a `predict` that all the records go to, and nowhere else: those that it would leave out need not be copied. They
   * count as read.
   */
  leaveKnown?: string;
}

/**
 * Reads records from files in any of the input formats.
 * @param input paths, folders or globs, `s3://` and `gs://` ones among them
 */
export function readRecords(
  input: string | readonly string[],
  options: ReadOptions = {},
): PTransform<Root, RecordsRead> {
  const patterns = typeof input === "string" ? [input] : [...input];
  const { format, splitBytes = DEFAULT_SPLIT_BYTES, columns, fieldTypes, storage, standardInput } = options;
  const { batchSize = READING_DEFAULTS.batchSize, maxRecordBytes = READING_DEFAULTS.maxRecordBytes } =
    options;
  const reading = { ...READING_DEFAULTS, batchSize, maxRecordBytes, columns, fieldTypes };
  const source: SourceOptions = { format, splitBytes, reading, storage, standardInput };
  return withName("readRecords", (root: Root): RecordsRead =>
    root
      .apply(impulse())
      .apply(asyncParDo(new ListRangesFn(patterns, source), jsonCoder<SourceRange[]>()))
      .apply(withName("spreadRanges", reshuffle<SourceRange[]>()))
      .apply(
        asyncParDoWithOutputs(
          new ReadRangesFn(source, options.leaveKnown),
          { records: recordBlockCoder, unreadable: jsonCoder<Failure[]>(), counts: jsonCoder<ReadCounts>() },
          { bytesRead: counter("bytes_read"), recordsRead: counter("records_read") },
        ),
      ),
  );
}

/** Most ranges that are gathered into one element. */
const GATHERED_RANGES = 256;

/** Finds the files and how to cut them, on the worker: a list of thousands need not be a part of the pipeline. */
class ListRangesFn implements AsyncDoFn<Uint8Array, SourceRange[]> {
  beamName = "listRanges";
  constructor(
    readonly patterns: string[],
    readonly options: SourceOptions,
  ) {}

  async *process(): AsyncGenerator<SourceRange[]> {
    let gathered: SourceRange[] = [];
    let bytes = 0;
    for await (const source of listRanges(this.patterns, this.options)) {
      gathered.push(source);
      bytes += (source.range.end ?? source.file.size) - source.range.start;
      if (bytes < this.options.splitBytes && gathered.length < GATHERED_RANGES) continue;
      yield gathered;
      gathered = [];
      bytes = 0;
    }
    if (gathered.length > 0) yield gathered;
  }
}

interface ReadOutputs {
  records: RecordBlock;
  unreadable: Failure[];
  counts: ReadCounts;
}

interface ReadMetrics {
  bytesRead: Counter;
  recordsRead: Counter;
}

class ReadRangesFn implements AsyncDoFn<SourceRange[], Tagged<ReadOutputs>, ReadMetrics> {
  beamName = "readRanges";
  constructor(
    readonly options: SourceOptions,
    readonly leaveKnown?: string,
  ) {}

  async *process(sources: SourceRange[], metrics: ReadMetrics): AsyncGenerator<Tagged<ReadOutputs>> {
    const { storage } = this.options;
    const lookedUpIn = this.leaveKnown === undefined ? undefined : knownRecords(this.leaveKnown);
    const sieve: Sieve | undefined = lookedUpIn && ((flat) => lookedUpIn.unknown(flat));
    const reading = { ...this.options.reading, sieve };
    const counts: ReadCounts = { records: 0, blank: 0, unreadable: {} };
    const onBytes = (bytes: number): void => metrics.bytesRead.increment(bytes);
    for await (const { source, batch } of readRanges(sources, reading, storage, onBytes)) {
      const { records, numbers, offsets, flat, unreadable, blank, left } = batch;
      const file = source.name;
      const { unit } = inputFormat(source.format);
      counts.records += records.length + left;
      counts.blank += blank;
      for (const { kind } of unreadable) counts.unreadable[kind] = (counts.unreadable[kind] ?? 0) + 1;
      metrics.recordsRead.increment(records.length + left + unreadable.length);
      if (records.length > 0)
        yield { tag: "records", value: { file, unit, records, numbers, offsets, flat, lookedUpIn } };
      if (unreadable.length > 0) {
        const failures = unreadable.map(({ kind, number, offset, reason, content }) => {
          return { kind, ...placeOf(file, unit, number, offset), reason, content };
        });
        yield { tag: "unreadable", value: failures };
      }
    }
    yield { tag: "counts", value: counts };
  }
}

requireForSerialization("beam-predict/transforms", { ListRangesFn, ReadRangesFn });
