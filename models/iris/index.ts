// The iris model: which of three species of iris a flower is, from the sizes of its sepals and petals.
import path from "node:path";
import { labelsOf, OnnxModel, type OnnxOutputs } from "../onnx_model";

/** A flower's sizes, in centimetres. */
export interface IrisInput {
  sepal_length: number;
  sepal_width: number;
  petal_length: number;
  petal_width: number;
}

export interface IrisOutput {
  species: "setosa" | "versicolor" | "virginica";
}

/** The outputs by the graph's label; shared by all predictions, hence frozen. */
const OUTPUTS: readonly IrisOutput[] = [
  Object.freeze({ species: "setosa" }),
  Object.freeze({ species: "versicolor" }),
  Object.freeze({ species: "virginica" }),
];

const SIZES = ["sepal_length", "sepal_width", "petal_length", "petal_width"] as const;

/**
 * A support vector classifier (scikit-learn's SVC, gamma 0.001, C 100) trained on the iris data by `train.py` beside
 * this file. It computes in doubles, as scikit-learn does, so that their answers are the same.
 */
export class IrisModel extends OnnxModel<IrisInput, IrisOutput> {
  readonly displayName = "Iris Model";
  readonly qualifiedName = "iris_model";
  readonly description = "Predicts the species of an iris flower from the sizes of its sepals and petals.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = {
    type: "object",
    properties: Object.fromEntries(
      SIZES.map((size) => [
        size,
        { type: "number", description: `${size.replace("_", " ")} in centimetres` },
      ]),
    ),
    required: SIZES,
    additionalProperties: false,
  };
  readonly outputSchema = {
    type: "object",
    properties: { species: { type: "string", enum: OUTPUTS.map((output) => output.species) } },
    required: ["species"],
    additionalProperties: false,
  };

  protected readonly file = path.join(__dirname, "../../../models/iris/iris_model.onnx");
  protected readonly input = { name: "features", type: "float64" } as const;
  protected readonly features = SIZES.map((name) => ({ name, size: 1 }));
  protected readonly outputs = ["label"];

  protected readOutputs({ label }: OnnxOutputs): IrisOutput[] {
    const labels = labelsOf(label);
    const outputs = new Array<IrisOutput>(labels.length);
    for (let i = 0; i < labels.length; i++) outputs[i] = OUTPUTS[labels[i]];
    return outputs;
  }
}
