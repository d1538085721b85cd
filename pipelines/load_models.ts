// Loads the models of the configuration, and more.
import { configuration, ModelManager, type ModelReference } from "../models";

/** @param more models that the command line names */
export async function loadModels(more: readonly ModelReference[]): Promise<ModelManager> {
  const { models, onnx } = configuration();
  await ModelManager.instance.loadModels([...models, ...more], { onnx });
  return ModelManager.instance;
}
