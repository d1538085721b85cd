// writeRecords: predictions and failures into files, which are put in place together when all of them are written.
import "../sdk";
import { P, type PCollection } from "apache-beam/pvalue";
import { flatten } from "apache-beam/transforms/flatten";
import { groupByKey, impulse } from "apache-beam/transforms/internal";
import { counter } from "apache-beam/transforms/pardo";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { inGlobalWindow } from "./global_window";
import {
  checkCompression,
  compressionOf,
  FLAT_FORMATS,
  FormatError,
  guessOutputFormat,
  isFolderName,
  lineEncoding,
  newJobId,
  WHOLE_LAYOUT,
  type Compression,
  type OutputFormatName,
  type OutputLayout,
  type StorageSettings,
} from "../storage";
import { asyncParDo } from "./async_pardo";
import { jsonCoder, keyedBytesCoder } from "./blocks/coder";
import type { PredictionBlock } from "./blocks/prediction_block";
import type { Failure } from "./failure";
import type { JobCounts } from "./job_counts";
import type { MaxFailures } from "./max_failures";
import type { ReadCounts } from "./read_records";
import { BeginFn, CommitFn, commitMetrics, CountFn, ToCommitFn, type CommitTarget } from "./write/commit";
import { commitCoder, partCoder, type Part } from "./write/parts";
import { AssignShardsFn } from "./write/by_shard";
import { WriteFailuresFn, WriteJsonFn, WriteKeyedPredictionsFn, WritePredictionsFn } from "./write/shards";
import type { OutputTarget } from "./write/target";

/** What is written. */
export type Writable = {
  predictions: PCollection<PredictionBlock>;
  /** Lines that failed, for the errors output. */
  failures?: PCollection<Failure[]>[];
  /** What was read, so that the counts account for every line. */
  counts?: PCollection<ReadCounts>;
  /** What `writeFailures` has told of them, in their place. */
  written?: PCollection<Part>;
};

/** What can be written before there are predictions. */
export type WritableFailures = Required<Pick<Writable, "failures" | "counts">>;

export interface WriteOptions {
  /** Where predictions go: a file, or a folder of shards when it ends in `/`. */
  output: string;
  /** Default: as the output's extension says, `tsv-json` where it says none. */
  format?: OutputFormatName;
  /** Of the whole of each file, in text formats. Default: as the output's extension says. */
  compression?: Compression | "none";
  /** Which fields and columns are written: `outputLayout` works it out from a model's schemas. Formats that have columns need it. */
  layout?: OutputLayout;
  /** How many files a folder output has. Default: as the runner writes them, one a bundle. */
  numShards?: number;
  /** Where failures go, as lines of JSON. Default: nowhere. */
  errors?: string;
  /** With more failures than this the job fails, and nothing is put in place. Default: any number is allowed. */
  maxFailures?: MaxFailures;
  /** Where S3 and GCS are, when the environment does not say it. */
  storage?: StorageSettings;
  /** Names what is written aside until the job is done; whoever cancels the job removes it by this name. */
  jobId?: string;
}

/**
 * Writes predictions, by default a line each: the record, a tab, the prediction as JSON; and failures, a JSON object each.
 *
 * All is written aside and put in place at the end, the errors first and the output last. When the job fails or is
 * killed the previous output stays as it was.
 * @returns the job's counts, one element, when all is in place
 * @throws FormatError for a format that needs a layout and has none
 */
export function writeRecords(options: WriteOptions): PTransform<Writable, PCollection<JobCounts>> {
  const { maxFailures, numShards, jobId = newJobId() } = options;
  const output = outputTarget(options);
  const errors = errorsTarget(options);
  return withName("writeRecords", ({ predictions, failures = [], counts, written }: Writable) => {
    const rows = inGlobalWindow(predictions, "predictionsInGlobalWindow");
    const metrics = { rowsWritten: counter("rows_written") };
    const parts = [
      numShards === undefined || !isFolderName(output.path)
        ? rows.apply(asyncParDo(new WritePredictionsFn(output, jobId), partCoder, metrics))
        : rows
            .apply(asyncParDo(new AssignShardsFn(numShards), keyedBytesCoder))
            .apply(withName("byShard", groupByKey<number, Uint8Array>()))
            .apply(asyncParDo(new WriteKeyedPredictionsFn(output, jobId), partCoder, metrics)),
    ];
    parts.push(...partsOfFailures({ failures, counts }, errors, jobId, maxFailures));
    if (written !== undefined) parts.push(written);
    return commit(parts, { output, errors, maxFailures, numShards }, jobId);
  });
}

/**
 * Writes failures aside, for a `writeRecords` with the same options, which puts them in place.
 * @returns what that is to be told of them, and of what was read
 */
export function writeFailures(
  options: WriteOptions & { jobId: string },
): PTransform<WritableFailures, PCollection<Part>> {
  const { maxFailures, jobId } = options;
  const errors = errorsTarget(options);
  return withName("writeFailures", (found: WritableFailures) =>
    P(partsOfFailures(found, errors, jobId, maxFailures)).apply(withName("told", flatten())),
  );
}

function partsOfFailures(
  { failures, counts }: Pick<WritableFailures, "failures"> & Pick<Writable, "counts">,
  target: OutputTarget | undefined,
  jobId: string,
  maxFailures: MaxFailures | undefined,
): PCollection<Part>[] {
  const parts: PCollection<Part>[] = [];
  if (counts !== undefined) parts.push(counts.apply(asyncParDo(new CountFn(), partCoder)));
  if (target !== undefined && failures.length > 0) {
    parts.push(
      P(failures.map((some, i) => inGlobalWindow(some, `failuresInGlobalWindow${i}`)))
        .apply(withName("allFailures", flatten()))
        .apply(asyncParDo(new WriteFailuresFn(target, jobId, maxFailures), partCoder)),
    );
  }
  return parts;
}

function errorsTarget({ errors: path, storage }: WriteOptions): OutputTarget | undefined {
  return path === undefined ? undefined : { path, encoding: lineEncoding(path), storage };
}

function outputTarget(options: WriteOptions): OutputTarget {
  const { output: path, storage, layout } = options;
  const format = options.format ?? guessOutputFormat(path);
  const asked = options.compression ?? compressionOf(path);
  const compression = asked === "none" ? undefined : asked;
  checkCompression(format, compression);
  if (layout === undefined && FLAT_FORMATS.includes(format)) {
    throw new FormatError(
      `The format '${format}' has columns: give writeRecords a layout, outputLayout(model, {}, true).`,
    );
  }
  return { path, encoding: { format, compression, layout: layout ?? WHOLE_LAYOUT }, storage };
}

/** Writes JSON values into a file (or a folder of shards), a line each, in the same way. */
export function writeJsonLines(
  output: string,
  { jobId = newJobId(), storage }: Pick<WriteOptions, "jobId" | "storage"> = {},
): PTransform<PCollection<unknown>, PCollection<JobCounts>> {
  return withName("writeJsonLines", (values: PCollection<unknown>) => {
    const written = inGlobalWindow(values, "valuesInGlobalWindow");
    const target = { path: output, encoding: lineEncoding(output), storage };
    const parts = [written.apply(asyncParDo(new WriteJsonFn(target, jobId), partCoder))];
    return commit(parts, { output: target }, jobId);
  });
}

function commit(parts: PCollection<Part>[], target: CommitTarget, jobId: string): PCollection<JobCounts> {
  // Something always arrives, so that a job without a single record still writes its empty output.
  const begin = parts[0].root().apply(impulse()).apply(asyncParDo(new BeginFn(), partCoder));
  return P([begin, ...parts])
    .apply(withName("allParts", flatten()))
    .apply(asyncParDo(new ToCommitFn(), commitCoder))
    .apply(groupByKey<string, Part>())
    .apply(asyncParDo(new CommitFn(target, jobId), jsonCoder<JobCounts>(), commitMetrics()));
}
