// writeRecords: predictions and failures into files, which are put in place together when all of them are written.
import "../sdk";
import { P, type PCollection } from "apache-beam/pvalue";
import { flatten } from "apache-beam/transforms/flatten";
import { groupByKey, impulse } from "apache-beam/transforms/internal";
import { counter } from "apache-beam/transforms/pardo";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { inGlobalWindow } from "./global_window";
import type { KV } from "apache-beam/values";
import { newJobId } from "../storage";
import { asyncParDo } from "./async_pardo";
import { jsonCoder } from "./blocks/coder";
import type { PredictionBlock } from "./blocks/prediction_block";
import type { Failure } from "./failure";
import type { JobCounts } from "./job_counts";
import type { MaxFailures } from "./max_failures";
import type { ReadCounts } from "./read_records";
import { BeginFn, CommitFn, commitMetrics, CountFn, type CommitTarget } from "./write/commit";
import { partCoder, type Part } from "./write/parts";
import { WriteFailuresFn, WriteJsonFn, WritePredictionsFn } from "./write/shards";

/** What is written. */
export type Writable = {
  predictions: PCollection<PredictionBlock>;
  /** Lines that failed, for the errors output. */
  failures?: PCollection<Failure[]>[];
  /** What was read, so that the counts account for every line. */
  counts?: PCollection<ReadCounts>;
};

export interface WriteOptions {
  /** Where predictions go: a file, or a folder of shards when it ends in `/`. */
  output: string;
  /** Where failures go. Default: nowhere. */
  errors?: string;
  /** With more failures than this the job fails, and nothing is put in place. Default: any number is allowed. */
  maxFailures?: MaxFailures;
  /** Names what is written aside until the job is done; whoever cancels the job removes it by this name. */
  jobId?: string;
}

/**
 * Writes predictions, a line each: the record, a tab, the prediction as JSON; and failures, a JSON object each.
 *
 * All is written aside and put in place at the end, the errors first and the output last. When the job fails or is
 * killed the previous output stays as it was.
 * @returns the job's counts, one element, when all is in place
 */
export function writeRecords(options: WriteOptions): PTransform<Writable, PCollection<JobCounts>> {
  const { output, errors, maxFailures, jobId = newJobId() } = options;
  return withName("writeRecords", ({ predictions, failures = [], counts }: Writable) => {
    const parts = [
      inGlobalWindow(predictions, "predictionsInGlobalWindow").apply(
        asyncParDo(new WritePredictionsFn(output, jobId), partCoder, {
          rowsWritten: counter("rows_written"),
        }),
      ),
    ];
    if (errors !== undefined && failures.length > 0) {
      parts.push(
        P(failures.map((some, i) => inGlobalWindow(some, `failuresInGlobalWindow${i}`)))
          .apply(withName("allFailures", flatten()))
          .apply(asyncParDo(new WriteFailuresFn(errors, jobId, maxFailures), partCoder)),
      );
    }
    if (counts !== undefined) parts.push(counts.apply(asyncParDo(new CountFn(), partCoder)));
    return commit(parts, { output, errors, maxFailures }, jobId);
  });
}

/** Writes JSON values into a file (or a folder of shards), a line each, in the same way. */
export function writeJsonLines(
  output: string,
  jobId = newJobId(),
): PTransform<PCollection<unknown>, PCollection<JobCounts>> {
  return withName("writeJsonLines", (values: PCollection<unknown>) => {
    const written = inGlobalWindow(values, "valuesInGlobalWindow");
    return commit([written.apply(asyncParDo(new WriteJsonFn(output, jobId), partCoder))], { output }, jobId);
  });
}

function commit(
  parts: PCollection<KV<string, Part>>[],
  target: CommitTarget,
  jobId: string,
): PCollection<JobCounts> {
  // Something always arrives, so that a job without a single record still writes its empty output.
  const begin = parts[0].root().apply(impulse()).apply(asyncParDo(new BeginFn(), partCoder));
  return P([begin, ...parts])
    .apply(withName("allParts", flatten()))
    .apply(groupByKey<string, Part>())
    .apply(asyncParDo(new CommitFn(target, jobId), jsonCoder<JobCounts>(), commitMetrics()));
}
