// The digits model: which digit a small grey picture shows, and how probable each digit is.
import path from "node:path";
import { labelsOf, OnnxModel, type OnnxOutputs } from "../onnx_model";

/** A picture of 8 by 8 pixels, row by row, each from 0 (white) to 16 (black). */
export interface DigitsInput {
  pixels: number[];
}

export interface DigitsOutput {
  /** The most probable digit. */
  digit: number;
  /** The probability of each digit, from 0 to 9. */
  probabilities: number[];
}

const PIXELS = 64;
const DIGITS = 10;

/** A multi-layer perceptron (scikit-learn's MLPClassifier) trained on scikit-learn's digits by `train.py` beside this file. */
export class DigitsModel extends OnnxModel<DigitsInput, DigitsOutput> {
  readonly displayName = "Digits Model";
  readonly qualifiedName = "digits_model";
  readonly description =
    "Predicts which digit a picture of 8 by 8 grey pixels shows, with the probability of each.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = {
    type: "object",
    properties: {
      pixels: {
        type: "array",
        description: "8 by 8 pixels, row by row, from 0 (white) to 16 (black)",
        items: { type: "number", minimum: 0, maximum: 16 },
        minItems: PIXELS,
        maxItems: PIXELS,
      },
    },
    required: ["pixels"],
    additionalProperties: false,
  };
  readonly outputSchema = {
    type: "object",
    properties: {
      digit: { type: "integer", minimum: 0, maximum: DIGITS - 1 },
      probabilities: { type: "array", items: { type: "number" }, minItems: DIGITS, maxItems: DIGITS },
    },
    required: ["digit", "probabilities"],
    additionalProperties: false,
  };

  protected readonly file = path.join(__dirname, "../../../models/digits/digits_model.onnx");
  protected readonly input = { name: "pixels", type: "float64" } as const;
  protected readonly features = [{ name: "pixels", size: PIXELS }];
  protected readonly outputs = ["label", "probabilities"];

  protected readOutputs({ label, probabilities }: OnnxOutputs, rows: number): DigitsOutput[] {
    const digits = labelsOf(label);
    const values = probabilities.data as Float64Array;
    return Array.from({ length: rows }, (_, row) => ({
      digit: digits[row],
      probabilities: Array.from(values.subarray(row * DIGITS, (row + 1) * DIGITS)),
    }));
  }
}
