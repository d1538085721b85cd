// How many records there are of each predicted species: the prediction transforms composed with a Beam combine.
import "../sdk";
import type { Root } from "apache-beam/pvalue";
import { countPerElement } from "apache-beam/transforms/group_and_combine";
import { withName } from "apache-beam/transforms/transform";
import type { StorageSettings } from "../storage";
import type { PredictionElement, PredictOptions, ReadOptions } from "../transforms";
import { elements, predict, readRecords, writeJsonLines } from "../transforms";

export interface SpeciesCountsOptions {
  /** The qualified name of a model that predicts `{ species }`. */
  model: string;
  input: readonly string[];
  /** Where the counts go: a line each, `{"species": ..., "count": ...}`, with `null` for what was not predicted. */
  output: string;
  /** How the input is read. */
  read?: ReadOptions;
  /** What the model sees of a record. */
  extraFields?: PredictOptions["extraFields"];
  jobId?: string;
  storage?: StorageSettings;
}

type SpeciesElement = PredictionElement<unknown, { species: string }>;

/** The pipeline. Its functions travel as source text: they use nothing but their arguments. */
export function speciesCountsPipeline(options: SpeciesCountsOptions): (root: Root) => unknown {
  const { model, input, output, read, extraFields, jobId, storage } = options;
  return (root) =>
    root
      .apply(readRecords(input, read))
      .records.apply(predict(model, { extraFields }))
      .predictions.apply(elements<unknown, { species: string }>())
      .map(withName("species", (element: SpeciesElement) => element.prediction?.species ?? null))
      .apply(countPerElement<string | null>())
      .map(
        withName("speciesCount", ({ element, count }: { element: string | null; count: number }) => ({
          species: element,
          count,
        })),
      )
      .apply(writeJsonLines(output, { jobId, storage }));
}
