// readRecords: files of line-delimited JSON in, blocks of records out.
import "../sdk";
import { counter, type Counter } from "apache-beam/transforms/pardo";
import { impulse } from "apache-beam/transforms/internal";
import { reshuffle } from "apache-beam/transforms/utils";
import { requireForSerialization } from "apache-beam/serialization";
import type { PCollection, Root } from "apache-beam/pvalue";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { JSON_LINES_DEFAULTS, listFiles, readFile, readJsonLines, type FileInfo } from "../storage";
import { asyncParDo, asyncParDoWithOutputs, type AsyncDoFn, type Tagged } from "./async_pardo";
import { jsonCoder } from "./blocks/coder";
import { recordBlockCoder, type RecordBlock } from "./blocks/record_block";
import type { Failure } from "./failure";

/** What was read from a file, or a part of it; the sums over all of them account for every line. */
export interface ReadCounts {
  file: string;
  bytes: number;
  records: number;
  blank: number;
  /** Lines that are no record, by kind. */
  unreadable: Record<string, number>;
}

/** What `readRecords` gives. */
export type RecordsRead = {
  records: PCollection<RecordBlock>;
  /** Lines that are no records. */
  unreadable: PCollection<Failure[]>;
  counts: PCollection<ReadCounts>;
};

export interface ReadOptions {
  /** Most records in a block, which is also what the model gets at once. Default 1024. */
  batchSize?: number;
  /** Longer lines are refused as `too_long`, in bytes. Default 16 MiB. */
  maxRecordBytes?: number;
}

/**
 * Reads records from files of line-delimited JSON.
 * @param input paths, folders or globs
 */
export function readRecords(
  input: string | readonly string[],
  options: ReadOptions = {},
): PTransform<Root, RecordsRead> {
  const patterns = typeof input === "string" ? [input] : [...input];
  return withName("readRecords", (root: Root): RecordsRead =>
    root
      .apply(impulse())
      .apply(asyncParDo(new ListFilesFn(patterns), jsonCoder<FileInfo>()))
      .apply(withName("spreadFiles", reshuffle<FileInfo>()))
      .apply(
        asyncParDoWithOutputs(
          new ReadRecordsFn(
            options.batchSize ?? JSON_LINES_DEFAULTS.batchSize,
            options.maxRecordBytes ?? JSON_LINES_DEFAULTS.maxRecordBytes,
          ),
          { records: recordBlockCoder, unreadable: jsonCoder<Failure[]>(), counts: jsonCoder<ReadCounts>() },
          { bytesRead: counter("bytes_read"), recordsRead: counter("records_read") },
        ),
      ),
  );
}

/** Finds the files, on the worker: a list of thousands need not be a part of the pipeline. */
class ListFilesFn implements AsyncDoFn<Uint8Array, FileInfo> {
  beamName = "listFiles";
  constructor(readonly patterns: string[]) {}

  async *process(): AsyncGenerator<FileInfo> {
    for (const pattern of this.patterns) yield* await listFiles(pattern);
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

class ReadRecordsFn implements AsyncDoFn<FileInfo, Tagged<ReadOutputs>, ReadMetrics> {
  beamName = "readFile";
  constructor(
    readonly batchSize: number,
    readonly maxRecordBytes: number,
  ) {}

  async *process({ path: file }: FileInfo, metrics: ReadMetrics): AsyncGenerator<Tagged<ReadOutputs>> {
    const counts: ReadCounts = { file, bytes: 0, records: 0, blank: 0, unreadable: {} };
    const { batchSize, maxRecordBytes } = this;
    const options = { ...JSON_LINES_DEFAULTS, batchSize, maxRecordBytes };
    for await (const batch of readJsonLines(readFile(file), options)) {
      const { records, lines, offsets, unreadable, blank, bytes } = batch;
      counts.bytes += bytes;
      counts.records += records.length;
      counts.blank += blank;
      for (const { kind } of unreadable) counts.unreadable[kind] = (counts.unreadable[kind] ?? 0) + 1;
      metrics.bytesRead.increment(bytes);
      metrics.recordsRead.increment(records.length + unreadable.length);
      if (records.length > 0) yield { tag: "records", value: { file, records, lines, offsets } };
      if (unreadable.length > 0)
        yield { tag: "unreadable", value: unreadable.map(({ kind, ...line }) => ({ kind, file, ...line })) };
    }
    yield { tag: "counts", value: counts };
  }
}

requireForSerialization("beam-predict/transforms", { ListFilesFn, ReadRecordsFn });
