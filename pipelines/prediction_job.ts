// The prediction job: read records, predict each, keep distinct ones, write them, and account for every line.
import "../sdk";
import { P, type Root } from "apache-beam/pvalue";
import type { ModelReference, ModelSettings } from "../models";
import type { PipelineRunner, RunOptions } from "../runners";
import { newJobId } from "../storage";
import {
  countsFromMetrics,
  distinctWithRiders,
  predict,
  readRecords,
  writeFailures,
  writeRecords,
} from "../transforms";
import type { JobCounts, PredictOptions, ReadOptions, WriteOptions } from "../transforms";

export interface PredictionJobOptions {
  /** The qualified name of the model. */
  model: string;
  /** Files, folders or globs. */
  input: readonly string[];
  /** How they are read. */
  read?: ReadOptions;
  /** What the model sees of a record. */
  extraFields?: PredictOptions["extraFields"];
  /** Where predictions and failures go, and how. */
  write: WriteOptions & { errors: string };
  /** Where the model is, and what it may know; default: what the ModelManager and the configuration say. */
  reference?: ModelReference;
  settings?: ModelSettings;
}

/** The pipeline of the job. */
export function predictionPipeline(options: PredictionJobOptions): (root: Root) => unknown {
  const { model, input, read, extraFields, reference, settings } = options;
  const write = { ...options.write, jobId: options.write.jobId ?? newJobId() };
  const predicting = predict(model, {
    model: reference,
    settings,
    extraFields,
    duplicates: "leave",
    knownAs: write.jobId,
  });
  const writing = writeRecords(write);
  return (root) => {
    const { records, unreadable, counts } = root.apply(
      readRecords(input, { ...read, leaveKnown: write.jobId }),
    );
    const { predictions, failures } = records.apply(predicting);
    const told = P({ failures: [unreadable, failures], counts }).apply(writeFailures(write));
    const kept = P({ predictions, riders: told }).apply(distinctWithRiders());
    return P({ predictions: kept.predictions, written: kept.riders }).apply(writing);
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
