// The interface of everything that predicts: who the model is, what it takes, what it gives, and predicting it.
import {
  InferenceError,
  InvalidInputError,
  InvalidOutputError,
  ModelLoadError,
  type PredictionError,
} from "./errors";
import { OutputTexts, type AnswerTexts } from "./answer_texts";
import { valueOf, type JsonTexts, type TextAnswers } from "./json_texts";
import { compileSchema, type JsonSchema, type SchemaCheck } from "./schema";
import type { ModelSettings } from "./configuration";

/** Who a model is. */
export interface ModelMetadata {
  /** Its name for people. */
  displayName: string;
  /** Its name for programs, unique among the loaded models. */
  qualifiedName: string;
  description: string;
  majorVersion: number;
  minorVersion: number;
}

/** Who a model is, and what it takes and gives. */
export interface FullModelMetadata extends ModelMetadata {
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
}

/** One record's answer in a batch: its output, or why there is none. */
export type BatchAnswer<Output> = { output: Output; error?: undefined } | { error: PredictionError };

/** Known to every copy of this package, so that a model from another package is known by it. */
const BRAND = Symbol.for("beam-predict.MLModel");

/**
 * A model: extend it, say who it is and what it takes and gives, and write `infer`.
 *
 * A model must be deterministic: the same prediction for the same input, whatever batch it comes in, or keeping
 * distinct records would mean nothing.
 *
 * @typeParam Input data that meets the input schema
 * @typeParam Output the prediction, JSON data that meets the output schema
 */
export abstract class MLModel<Input = unknown, Output = unknown> implements FullModelMetadata {
  abstract readonly displayName: string;
  abstract readonly qualifiedName: string;
  abstract readonly description: string;
  abstract readonly majorVersion: number;
  abstract readonly minorVersion: number;
  abstract readonly inputSchema: JsonSchema;
  abstract readonly outputSchema: JsonSchema;

  private loading: Promise<void> | undefined;
  private inputCheck: SchemaCheck | undefined;
  private outputCheck: SchemaCheck | undefined;
  private outputTexts: OutputTexts | undefined;

  /** @param settings what the environment's configuration says; models that need nothing leave it alone */
  constructor(protected readonly settings: ModelSettings = {}) {
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether a value is a model, of this copy of the package or another's. */
  static isModel(value: unknown): value is MLModel {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  /**
   * Predicts for one piece of data.
   * @throws PredictionError: InvalidInputError when the data does not meet the input schema (it says which field and
   * why), InferenceError when the model throws, InvalidOutputError when its answer does not meet the output schema
   */
  async predict(data: unknown): Promise<Output> {
    const [answer] = await this.predictBatch([data]);
    if (answer.error) throw answer.error;
    return answer.output;
  }

  /**
   * Predicts for many at once; the answers are in the order of the data. One bad record spoils no other.
   * @throws ModelLoadError when the model can't be loaded, never for a record's fault
   */
  async predictBatch(batch: readonly unknown[]): Promise<BatchAnswer<Output>[]> {
    await this.ready();
    const answers = new Array<BatchAnswer<Output>>(batch.length);
    const inputs: Input[] = [];
    const places: number[] = [];
    this.inputCheck ??= compileSchema(this.inputSchema, `the input schema of '${this.qualifiedName}'`);
    const outputCheck = this.checkOfOutputs();
    for (let i = 0; i < batch.length; i++) {
      const violation = this.inputCheck(batch[i]);
      if (violation) {
        answers[i] = { error: new InvalidInputError(violation.field, violation.reason) };
      } else {
        inputs.push(batch[i] as Input);
        places.push(i);
      }
    }
    const outputs = await this.inferOrExplain(inputs, outputCheck);
    outputs.forEach((answer, i) => (answers[places[i]] = answer));
    return answers;
  }

  /**
   * Predicts for many JSON texts at once, each as `predictBatch` does for its value.
   * @param texts compact JSON texts: each must be valid
   * @param seen the fields that the model sees of a record that is an object; all, when none is named
   * @throws ModelLoadError when the model can't be loaded, never for a record's fault
   */
  async predictTexts(texts: JsonTexts, seen: readonly string[] = []): Promise<TextAnswers> {
    const answers = await this.predictBatch(Array.from(texts.ends, (_, i) => valueOf(texts, i, seen)));
    const written = this.answerTexts(answers.length);
    for (const { output, error } of answers as { output?: Output; error?: PredictionError }[]) {
      if (error) written.addError(error);
      else written.addOutput(output, true);
    }
    return written.build();
  }

  /** Loads the model now rather than at its first prediction. It is loaded once. */
  async ready(): Promise<void> {
    this.loading ??= this.loadOrExplain();
    return this.loading;
  }

  get metadata(): ModelMetadata {
    const { displayName, qualifiedName, description, majorVersion, minorVersion } = this;
    return { displayName, qualifiedName, description, majorVersion, minorVersion };
  }

  get fullMetadata(): FullModelMetadata {
    return { ...this.metadata, inputSchema: this.inputSchema, outputSchema: this.outputSchema };
  }

  /** Reads what predicting needs, a file of weights say. */
  protected async load(): Promise<void> {}

  /** The prediction for an input that meets the schema. */
  protected abstract infer(input: Input): Output | Promise<Output>;

  /** The predictions for many, in their order. Override it where a model is faster with many at once. */
  protected async inferBatch(inputs: readonly Input[]): Promise<Output[]> {
    const outputs: Output[] = [];
    for (const input of inputs) outputs.push(await this.infer(input));
    return outputs;
  }

  /** Writes the answers of so many records as texts. */
  protected answerTexts(rows: number): AnswerTexts {
    this.outputTexts ??= new OutputTexts(this.checkOfOutputs());
    return this.outputTexts.begin(rows);
  }

  private checkOfOutputs(): SchemaCheck {
    return (this.outputCheck ??= compileSchema(
      this.outputSchema,
      `the output schema of '${this.qualifiedName}'`,
    ));
  }

  private async loadOrExplain(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      if (error instanceof ModelLoadError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new ModelLoadError(`Model '${this.qualifiedName}' can't be loaded: ${why}`, { cause: error });
    }
  }

  private async inferOrExplain(
    inputs: readonly Input[],
    outputCheck: SchemaCheck,
  ): Promise<BatchAnswer<Output>[]> {
    if (inputs.length === 0) return [];
    try {
      const outputs = await this.inferBatch(inputs);
      if (outputs.length === inputs.length) return outputs.map((output) => checked(output, outputCheck));
      throw new Error(`the model gave ${outputs.length} answers to ${inputs.length} inputs`);
    } catch (error) {
      if (inputs.length === 1) return [{ error: new InferenceError(error) }];
      // Something in the batch is poison: find out what, one by one.
      const answers: BatchAnswer<Output>[] = [];
      for (const input of inputs) answers.push(...(await this.inferOrExplain([input], outputCheck)));
      return answers;
    }
  }
}

function checked<Output>(output: Output, check: SchemaCheck): BatchAnswer<Output> {
  const violation = check(output);
  return violation ? { error: new InvalidOutputError(violation.field, violation.reason) } : { output };
}
