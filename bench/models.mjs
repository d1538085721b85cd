// The models that the benchmark runs, and what peers must know of each.
import path from "node:path";

const REPOSITORY = path.join(import.meta.dirname, "..");

/** `kind` says what the records are and what is answered; `load` is what the command takes to load it, where it is not built in. */
const iris = (name, className) => ({
  name,
  kind: "iris",
  file: path.join(REPOSITORY, `bench/models/${name}.onnx`),
  load: `${path.join(REPOSITORY, "bench/models/iris_models.mjs")}:${className}`,
});

export const MODELS = {
  iris_model: {
    name: "iris_model",
    kind: "iris",
    file: path.join(REPOSITORY, "models/iris/iris_model.onnx"),
  },
  logistic_regression: iris("logistic_regression", "LogisticRegressionModel"),
  random_forest: iris("random_forest", "RandomForestModel"),
  digits: {
    name: "digits_model",
    kind: "digits",
    file: path.join(REPOSITORY, "models/digits/digits_model.onnx"),
  },
};

/** Those that take iris records, for peers that read no others. */
export const IRIS_MODELS = Object.values(MODELS)
  .filter(({ kind }) => kind === "iris")
  .map(({ name }) => name);
