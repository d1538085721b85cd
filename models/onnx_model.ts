// The base of models that are ONNX files: named features in, one `session.run` a batch, tensors out.
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-node";
import { configuration, type ModelSettings } from "./configuration";
import { MLModel } from "./ml_model";

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

  constructor(settings: ModelSettings = {}) {
    super(settings);
  }

  /** Makes the predictions of a batch out of its tensors. */
  protected abstract readOutputs(outputs: OnnxOutputs, rows: number): Output[];

  protected override async load(): Promise<void> {
    // ONNX Runtime reports its use to its maker unless it is told not to; what is predicted here is nobody's business.
    process.env.ORT_DISABLE_TELEMETRY ??= "1";
    // Loaded here: who only asks for a model's metadata does not wait for the native library.
    const { InferenceSession, Tensor } = require("onnxruntime-node") as typeof import("onnxruntime-node");
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
    if (this.session === undefined || this.TensorClass === undefined)
      throw new Error("the session is not open");
    const width = this.features.reduce((sum, feature) => sum + feature.size, 0);
    const { name, type } = this.input;
    const data =
      type === "float64" ? new Float64Array(inputs.length * width) : new Float32Array(inputs.length * width);
    this.fill(data, inputs);
    const tensor = new this.TensorClass(type, data, [inputs.length, width]);
    const outputs = await this.session.run({ [name]: tensor }, this.outputs as string[]);
    return this.readOutputs(outputs, inputs.length);
  }

  /** Writes the features of the inputs into the rows of a tensor, each as wide as the others or they would slip. */
  private fill(data: Float32Array | Float64Array, inputs: readonly Input[]): void {
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
