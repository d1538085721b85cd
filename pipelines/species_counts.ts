// How many records there are of each predicted species: the prediction transforms composed with a Beam combine.
import "../sdk";
import type { Root } from "apache-beam/pvalue";
import { countPerElement } from "apache-beam/transforms/group_and_combine";
import { withName } from "apache-beam/transforms/transform";
import type { PredictionElement } from "../transforms";
import { elements, predict, readRecords, writeJsonLines } from "../transforms";

export interface SpeciesCountsOptions {
  /** The qualified name of a model that predicts `{ species }`. */
  model: string;
  input: readonly string[];
  /** Where the counts go: a line each, `{"species": ..., "count": ...}`, with `null` for what was not predicted. */
  output: string;
  batchSize?: number;
  maxRecordBytes?: number;
  jobId?: string;
}

type SpeciesElement = PredictionElement<unknown, { species: string }>;

/** The pipeline. Its functions travel as source text: they use nothing but their arguments. */
export function speciesCountsPipeline(options: SpeciesCountsOptions): (root: Root) => unknown {
  const { model, input, output, jobId, ...read } = options;
  return (root) =>
    root
      .apply(readRecords(input, read))
      .records.apply(predict(model))
      .predictions.apply(elements<unknown, { species: string }>())
      .map(withName("species", (element: SpeciesElement) => element.prediction?.species ?? null))
      .apply(countPerElement<string | null>())
      .map(
        withName("speciesCount", ({ element, count }: { element: string | null; count: number }) => ({
          species: element,
          count,
        })),
      )
      .apply(writeJsonLines(output, jobId));
}
