// The base of models that are ONNX files: named features in, one `session.run` a batch, tensors out.
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-node";
import { configuration, type ModelSettings } from "./configuration";
import { planFeatures } from "./feature_plan";
import { FeatureReader } from "./feature_reader";
import { valueOf, type JsonTexts, type TextAnswers } from "./json_texts";
import { MLModel } from "./ml_model";

type TensorData = Float32Array | Float64Array;

/** Numbers of memory that is kept for the next batch. */
const MOST_SPARE = 1 << 20;

/** A field of the input data that becomes columns of the input tensor. */
export interface Feature {
  /** The field's name. It holds a number, or an array of `size` numbers. */
  name: string;
  /** How many columns it takes, 1 for a number. */
  size: number;
}

/** The tensors of a batch, by the names of the graph's outputs. Row `i` belongs to input `i`. */
export type OnnxOutputs = Readonly<Record<string, Tensor>>;

/**
 * A model that is an ONNX file with one input tensor of shape [batch, features].
 *
 * `session.run` gives a promise but works at once, on the thread that calls it: nothing else happens in the process
 * meanwhile, which is why batches should stay short (a thousand rows of the iris model take a third of a millisecond).
 */
export abstract class OnnxModel<Input extends object = object, Output = unknown> extends MLModel<
  Input,
  Output
> {
  /** The path of the `.onnx` file. */
  protected abstract readonly file: string;
  /** The graph's input: its name and the type of its elements. */
  protected abstract readonly input: { readonly name: string; readonly type: "float32" | "float64" };
  /** The fields that make up a row of the input tensor, in the order of its columns. */
  protected abstract readonly features: readonly Feature[];
  /**
   * The graph's outputs that are read. Leave string labels unread: taking the argmax of probabilities, or integer
   * labels, is 7 times cheaper.
   */
  protected abstract readonly outputs: readonly string[];

  private session: InferenceSession | undefined;
  private TensorClass: TensorConstructor | undefined;
  /** How texts are read of which the model sees certain fields, by these; undefined where they are read by JSON.parse. */
  private readonly readers = new Map<string, FeatureReader | undefined>();
  /** The memory of a tensor that is not in use. */
  private spare: TensorData | undefined;

  constructor(settings: ModelSettings = {}) {
    super(settings);
  }

  /** Makes the predictions of a batch out of its tensors. */
  protected abstract readOutputs(outputs: OnnxOutputs, rows: number): Output[];

  protected override async load(): Promise<void> {
    const { InferenceSession, Tensor } = require("./onnx_runtime") as typeof import("./onnx_runtime");
    const { intraOpNumThreads, interOpNumThreads, executionProviders } =
      this.settings.onnx ?? configuration().onnx;
    this.TensorClass = Tensor;
    this.session = await InferenceSession.create(this.file, {
      intraOpNumThreads,
      interOpNumThreads,
      executionProviders,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
  }

  protected async infer(input: Input): Promise<Output> {
    const [output] = await this.inferBatch([input]);
    return output;
  }

  protected override async inferBatch(inputs: readonly Input[]): Promise<Output[]> {
    const width = this.features.reduce((sum, feature) => sum + feature.size, 0);
    const data = this.tensorData(inputs.length * width);
    this.fill(data, inputs);
    return this.run(data, inputs.length, width);
  }

  /**
   * Where the input schema says no more than that records are objects of numbers, these are read from the text into the tensor:
   * no object is made, and nothing checked twice. A record that is not quite so takes the long way.
   */
  override async predictTexts(texts: JsonTexts, seen: readonly string[] = []): Promise<TextAnswers> {
    const reader = this.readerFor(seen);
    if (reader === undefined) return super.predictTexts(texts, seen);
    await this.ready();
    const data = this.tensorData(texts.ends.length * reader.width);
    const rows = reader.read(texts, data);
    const { unfit } = reader;
    let outputs: Output[];
    try {
      outputs = rows === 0 ? [] : await this.run(data, rows, reader.width);
      if (outputs.length !== rows) throw new Error(`${outputs.length} answers to ${rows} inputs`);
    } catch {
      // Which of the records is to blame, the long way finds out.
      return super.predictTexts(texts, seen);
    }
    const answers = await this.predictBatch(unfit.map((i) => valueOf(texts, i, seen)));
    const written = this.answerTexts(texts.ends.length);
    let row = 0;
    for (const [k, i] of unfit.entries()) {
      // Before this one come `i - k` that fitted.
      written.addOutputs(outputs, row, i - k);
      row = i - k;
      const answer = answers[k];
      if (answer.error) written.addError(answer.error);
      else written.addOutput(answer.output, true);
    }
    written.addOutputs(outputs, row, rows);
    return written.build();
  }

  private readerFor(seen: readonly string[]): FeatureReader | undefined {
    const key = JSON.stringify(seen);
    if (!this.readers.has(key)) {
      // A model that says itself how it predicts is asked.
      const base = OnnxModel.prototype;
      const isOurs =
        this.infer === base.infer &&
        this.inferBatch === base.inferBatch &&
        this.predictBatch === base.predictBatch;
      const plan = isOurs ? planFeatures(this.inputSchema, this.features, seen) : undefined;
      this.readers.set(key, plan && new FeatureReader(plan));
    }
    return this.readers.get(key);
  }

  /** Runs the session on the first rows of a tensor's memory, which is free again afterwards. */
  private async run(data: TensorData, rows: number, width: number): Promise<Output[]> {
    if (this.session === undefined || this.TensorClass === undefined)
      throw new Error("the session is not open");
    const { name, type } = this.input;
    const tensor = new this.TensorClass(type, data.subarray(0, rows * width), [rows, width]);
    const outputs = await this.session.run({ [name]: tensor }, this.outputs as string[]);
    if (data.length <= MOST_SPARE) this.spare = data;
    return this.readOutputs(outputs, rows);
  }

  /** Memory for a tensor of so many numbers, or more. Batches may wait for each other, so one in use is never shared. */
  private tensorData(length: number): TensorData {
    const { spare } = this;
    this.spare = undefined;
    if (spare !== undefined && spare.length >= length) return spare;
    return this.input.type === "float64" ? new Float64Array(length) : new Float32Array(length);
  }

  /** Writes the features of the inputs into the rows of a tensor, each as wide as the others or they would slip. */
  private fill(data: TensorData, inputs: readonly Input[]): void {
    let at = 0;
    for (const input of inputs as readonly Record<string, number | number[] | undefined>[]) {
      for (const { name, size } of this.features) {
        const value = input[name];
        if (typeof value === "number" && size === 1) {
          data[at++] = value;
        } else if (Array.isArray(value) && value.length === size) {
          for (const number of value) data[at++] = number;
        } else {
          throw new Error(`feature '${name}' must be ${size === 1 ? "a number" : `${size} numbers`}`);
        }
      }
    }
  }
}

/**
 * Integer labels as plain numbers: an int64 tensor gives out a BigInt each, which costs more than a small model does.
 * @throws Error for a label that is beyond 32 bits
 */
export function labelsOf({ data }: Tensor): Int32Array {
  const { buffer, byteOffset, length } = data as BigInt64Array;
  // The low half of each comes first on every machine that Node runs on but IBM Z.
  const halves = new Int32Array(buffer, byteOffset, 2 * length);
  const labels = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    labels[i] = halves[2 * i];
    if (halves[2 * i + 1] !== labels[i] >> 31) throw new Error(`label ${i} is beyond 32 bits`);
  }
  return labels;
}
