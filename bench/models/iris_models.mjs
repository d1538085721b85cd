// A smaller and a heavier model of the same records as the iris model, so that the benchmark shows what a model's own work changes.
import path from "node:path";
import { IrisModel } from "beam-predict/models/iris";

/** One matrix product a record. */
export class LogisticRegressionModel extends IrisModel {
  displayName = "Logistic Regression";
  qualifiedName = "logistic_regression";
  description = "Predicts the species of an iris flower with scikit-learn's LogisticRegression.";
  file = path.join(import.meta.dirname, "logistic_regression.onnx");
}

/** A hundred trees a record. */
export class RandomForestModel extends IrisModel {
  displayName = "Random Forest";
  qualifiedName = "random_forest";
  description =
    "Predicts the species of an iris flower with scikit-learn's RandomForestClassifier of 100 trees.";
  file = path.join(import.meta.dirname, "random_forest.onnx");
}
