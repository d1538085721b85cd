// predict: blocks of records in, each record's prediction by a model out, and what could not be predicted.
import "../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { PCollection } from "apache-beam/pvalue";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import {
  configuration,
  ModelManager,
  type ModelReference,
  type ModelSettings,
  type PredictionError,
} from "../models";
import { ByteColumn, fieldNamesOf } from "../storage";
import { asyncParDoWithOutputs, type AsyncDoFn, type Tagged } from "./async_pardo";
import { jsonCoder } from "./blocks/coder";
import { OUTCOMES, predictionBlockCoder, type PredictionBlock } from "./blocks/prediction_block";
import type { RecordBlock } from "./blocks/record_block";
import { placeOf, type Failure } from "./failure";

/** What `predict` gives. */
export type Predicted = {
  /** Every record with its prediction, `null` where there is none. */
  predictions: PCollection<PredictionBlock>;
  /** Those without one, and why. */
  failures: PCollection<Failure[]>;
};

export interface PredictOptions {
  /** What the model may know of its environment. Default: the configuration that APP_SETTINGS chooses. */
  settings?: ModelSettings;
  /** Where the model is, when the ModelManager of this process has not loaded it. */
  model?: ModelReference;
  /**
   * `allow`: the model sees of a record only the fields that its input schema names, others are passed through beside
   * it. `refuse`, the default: it sees all of them, and its schema may refuse them.
   */
  extraFields?: "allow" | "refuse";
}

/**
 * Predicts each record with a model. A block is a batch: the model gets it at once.
 * @param qualifiedName a model that the ModelManager holds; a worker loads it from the same module
 * @throws ModelNotFoundError
 */
export function predict(
  qualifiedName: string,
  options: PredictOptions = {},
): PTransform<PCollection<RecordBlock>, Predicted> {
  const reference = options.model ?? ModelManager.instance.getReference(qualifiedName);
  const settings = options.settings ?? { onnx: configuration().onnx };
  return withName(
    `predict(${qualifiedName})`,
    asyncParDoWithOutputs(
      new PredictFn(qualifiedName, reference, settings, options.extraFields ?? "refuse"),
      {
        predictions: predictionBlockCoder,
        failures: jsonCoder<Failure[]>(),
      },
    ),
  );
}

interface PredictOutputs {
  predictions: PredictionBlock;
  failures: Failure[];
}

export class PredictFn implements AsyncDoFn<RecordBlock, Tagged<PredictOutputs>> {
  constructor(
    readonly qualifiedName: string,
    readonly reference: ModelReference,
    readonly settings: ModelSettings,
    readonly extraFields: "allow" | "refuse",
  ) {}

  async startBundle(): Promise<void> {
    const manager = ModelManager.instance;
    if (!manager.has(this.qualifiedName)) await manager.loadModels([this.reference], this.settings);
    await manager.getModel(this.qualifiedName).ready();
  }

  async *process(block: RecordBlock): AsyncGenerator<Tagged<PredictOutputs>> {
    const { records, flat } = block;
    const model = ModelManager.instance.getModel(this.qualifiedName);
    const seen = this.extraFields === "allow" ? fieldNamesOf(model.inputSchema) : [];
    const { bytes, ends, errors } = await model.predictTexts(
      { bytes: records.bytes, ends: records.ends, flat },
      seen,
    );
    const outcomes = new Uint8Array(records.length);
    for (const { row, error } of errors) outcomes[row] = OUTCOMES.indexOf(error.kind);
    const predictions = new ByteColumn(bytes, ends);
    yield { tag: "predictions", value: { records, predictions, outcomes, flat } };
    if (errors.length > 0) {
      yield { tag: "failures", value: errors.map(({ row, error }) => failureOf(block, row, error)) };
    }
  }
}

function failureOf(
  { file, unit, records, numbers, offsets }: RecordBlock,
  i: number,
  error: PredictionError,
): Failure {
  const { kind, field, reason } = error;
  return { kind, ...placeOf(file, unit, numbers[i], offsets[i]), field, reason, record: records.text(i) };
}

requireForSerialization("beam-predict/transforms", { PredictFn });
