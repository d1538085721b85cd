// What predicts: the model interface, its base for ONNX files, and the manager that holds models. Knows nothing of Beam.
export * from "./configuration";
export * from "./errors";
export type { JsonTexts, TextAnswers } from "./json_texts";
export { MLModel, type BatchAnswer, type FullModelMetadata, type ModelMetadata } from "./ml_model";
export { ModelManager } from "./model_manager";
export { labelsOf, OnnxModel, type Feature, type OnnxOutputs } from "./onnx_model";
export { checkSchema, compileSchema, type JsonSchema, type SchemaCheck, type Violation } from "./schema";
