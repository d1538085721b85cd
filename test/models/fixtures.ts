// The answers that scikit-learn gave, as `train.py` of each model wrote them; see `fixtures/`.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { DigitsInput, DigitsOutput } from "../../models/digits";
import type { IrisInput, IrisOutput } from "../../models/iris";

const PIXELS = 64;

function rowsOf(name: string): string[][] {
  const text = readFileSync(path.join(__dirname, "../../../test/models/fixtures", name), "ascii");
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}

/** The 150 rows of the iris data, then 10,000 random points. */
export function irisRows(): { input: IrisInput; species: IrisOutput["species"] }[] {
  return rowsOf("iris_grid.csv").map(([sepal_length, sepal_width, petal_length, petal_width, species]) => ({
    input: {
      sepal_length: Number(sepal_length),
      sepal_width: Number(sepal_width),
      petal_length: Number(petal_length),
      petal_width: Number(petal_width),
    },
    species: species as IrisOutput["species"],
  }));
}

/** 297 pictures that the digits model has not seen in training. */
export function digitsRows(): { input: DigitsInput; output: DigitsOutput }[] {
  return rowsOf("digits.csv").map((cells) => {
    const numbers = cells.map(Number);
    return {
      input: { pixels: numbers.slice(0, PIXELS) },
      output: { digit: numbers[PIXELS], probabilities: numbers.slice(PIXELS + 1) },
    };
  });
}
