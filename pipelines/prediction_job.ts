// The prediction job: read records, predict each, keep distinct ones, write them, and account for every line.
import "../sdk";
import { P, type Root } from "apache-beam/pvalue";
import type { ModelReference, ModelSettings } from "../models";
import type { PipelineRunner, RunOptions } from "../runners";
import { countsFromMetrics, distinct, predict, readRecords, writeRecords } from "../transforms";
import type { JobCounts, MaxFailures } from "../transforms";

export interface PredictionJobOptions {
  /** The qualified name of the model. */
  model: string;
  /** Files, folders or globs of line-delimited JSON. */
  input: readonly string[];
  /** A file, or a folder of shards when it ends in `/`. */
  output: string;
  /** Where failures go. */
  errors: string;
  maxFailures?: MaxFailures;
  /** Most records that the model gets at once. */
  batchSize?: number;
  /** Longer lines are refused, in bytes. */
  maxRecordBytes?: number;
  /** Names what is written aside until the job is done. */
  jobId?: string;
  /** Where the model is, and what it may know; default: what the ModelManager and the configuration say. */
  reference?: ModelReference;
  settings?: ModelSettings;
}

/** The pipeline of the job. */
export function predictionPipeline(options: PredictionJobOptions): (root: Root) => unknown {
  const { model, input, output, errors, maxFailures, batchSize, maxRecordBytes, jobId, reference, settings } =
    options;
  return (root) => {
    const { records, unreadable, counts } = root.apply(readRecords(input, { batchSize, maxRecordBytes }));
    const { predictions, failures } = records.apply(predict(model, { model: reference, settings }));
    const kept = predictions.apply(distinct());
    return P({ predictions: kept, failures: [unreadable, failures], counts }).apply(
      writeRecords({ output, errors, maxFailures, jobId }),
    );
  };
}

/** Runs the job to its end, and tells what became of every line. */
export async function runPredictionJob(
  runner: PipelineRunner,
  options: PredictionJobOptions,
  run: RunOptions = {},
): Promise<JobCounts> {
  return countsFromMetrics(await runner.run(predictionPipeline(options), run));
}
