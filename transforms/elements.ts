// elements: predictions as single Beam elements, for pipelines that go on from there.
import "../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { PCollection } from "apache-beam/pvalue";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { asyncParDo, type AsyncDoFn } from "./async_pardo";
import { jsonCoder } from "./blocks/coder";
import type { PredictionBlock } from "./blocks/prediction_block";

/** One record with its prediction, as JSON values. */
export interface PredictionElement<Input = unknown, Output = unknown> {
  record: Input;
  /** `null` when the model could not take the record. */
  prediction: Output | null;
}

/** Turns blocks of predictions into an element a record: a thousand times as many elements, each with its cost. */
export function elements<Input = unknown, Output = unknown>(): PTransform<
  PCollection<PredictionBlock>,
  PCollection<PredictionElement<Input, Output>>
> {
  return withName("elements", asyncParDo(new ElementsFn<Input, Output>(), jsonCoder()));
}

class ElementsFn<Input, Output> implements AsyncDoFn<PredictionBlock, PredictionElement<Input, Output>> {
  *process({ records, predictions }: PredictionBlock): Generator<PredictionElement<Input, Output>> {
    for (let i = 0; i < records.length; i++) {
      yield {
        record: JSON.parse(records.text(i)) as Input,
        prediction: JSON.parse(predictions.text(i)) as Output | null,
      };
    }
  }
}

requireForSerialization("beam-predict/transforms", { ElementsFn });
