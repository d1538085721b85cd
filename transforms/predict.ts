// predict: blocks of records in, each record's prediction by a model out, and what could not be predicted.
import { randomUUID } from "node:crypto";
import { workplace } from "../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { PCollection } from "apache-beam/pvalue";
import { windowParam, type ParDoLookupParam } from "apache-beam/transforms/pardo";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { GlobalWindow, type Window, type WindowedValue } from "apache-beam/values";
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
import { pickRecords, type RecordBlock } from "./blocks/record_block";
import { atEnd } from "./bundle_end";
import { newKnownRecords, type KnownRecords } from "./distinct/known_records";
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
  /**
   * `leave`: for a `distinct` that comes next. Records that are equal to one that was predicted are left out where that is known to be
   * safe and quick; those that have no prediction never are. `predict`, the default: every record is predicted.
   */
  duplicates?: "predict" | "leave";
  /** With `leave`: a name, by which `readRecords` may leave them out already. No other `predict` in the process may have it. */
  knownAs?: string;
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
      new PredictFn(
        qualifiedName,
        reference,
        settings,
        options.extraFields ?? "refuse",
        options.knownAs ?? randomUUID(),
      ),
      {
        predictions: predictionBlockCoder,
        failures: jsonCoder<Failure[]>(),
      },
      options.duplicates === "leave" ? { window: windowParam() } : undefined,
    ),
  );
}

/** As many failures are one element at most, and as long as their records may be together, in characters. */
const MOST_FAILURES = 1000;
const MOST_CHARACTERS = 1 << 20;

interface PredictOutputs {
  predictions: PredictionBlock;
  failures: Failure[];
}

/** For one that leaves duplicates out. */
interface PredictContext {
  window: ParDoLookupParam<Window>;
}

export class PredictFn implements AsyncDoFn<RecordBlock, Tagged<PredictOutputs>, PredictContext | undefined> {
  /** What bundles before have predicted; an instance that has failed is not used again. */
  private known: KnownRecords | undefined;
  /** Of the bundle, in the global window: they go on together, since an element costs more than a failure; and their records' length. */
  private failures: Failure[] = [];
  private characters = 0;

  constructor(
    readonly qualifiedName: string,
    readonly reference: ModelReference,
    readonly settings: ModelSettings,
    readonly extraFields: "allow" | "refuse",
    readonly knownAs: string,
  ) {}

  async startBundle(): Promise<void> {
    const { keptBytes } = workplace();
    if (keptBytes > 0) this.known ??= newKnownRecords(this.knownAs, keptBytes);
    this.takeFailures();
    const manager = ModelManager.instance;
    if (!manager.has(this.qualifiedName)) await manager.loadModels([this.reference], this.settings);
    await manager.getModel(this.qualifiedName).ready();
  }

  async *process(block: RecordBlock, context?: PredictContext): AsyncGenerator<Tagged<PredictOutputs>> {
    for (const note of workplace().notes?.take(this.knownAs) ?? []) this.known?.learn(note);
    const isGlobal = context?.window.lookup() instanceof GlobalWindow;
    // Equal records of two windows are no duplicates.
    const known = isGlobal ? this.known : undefined;
    const isLookedUp = block.lookedUpIn === known;
    const unknown = block.flat && !isLookedUp ? known?.unknown(block.flat) : undefined;
    if (unknown?.length === 0) return;
    const left = unknown === undefined ? block : pickRecords(block, unknown);
    const { predicted, failures } = await this.predict(left);
    if (known !== undefined && left.flat !== undefined) {
      known.add(left.flat, predicted.outcomes);
      predicted.isSifted = known.isSifted(left.flat);
    }
    yield { tag: "predictions", value: predicted };
    if (failures.length === 0) return;
    for (const failure of failures) {
      this.failures.push(failure);
      this.characters += failure.record?.length ?? 0;
    }
    const isMuch = this.failures.length >= MOST_FAILURES || this.characters >= MOST_CHARACTERS;
    if (!isGlobal || isMuch) yield { tag: "failures", value: this.takeFailures() };
  }

  *finishBundle(): Generator<WindowedValue<Tagged<PredictOutputs>>> {
    const told = this.known?.tell();
    if (told !== undefined) workplace().notes?.leave(this.knownAs, told);
    if (this.failures.length === 0) return;
    yield atEnd({ tag: "failures", value: this.takeFailures() });
  }

  private takeFailures(): Failure[] {
    const { failures } = this;
    this.failures = [];
    this.characters = 0;
    return failures;
  }

  private async predict(block: RecordBlock): Promise<{ predicted: PredictionBlock; failures: Failure[] }> {
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
    return {
      predicted: { records, predictions, outcomes, flat },
      failures: errors.map(({ row, error }) => failureOf(block, row, error)),
    };
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
