// Loads the models of the configuration, and more.
import { checkSchema, configuration, ModelManager, type ModelReference } from "../models";

/**
 * Loads the models, and checks the schemas of those that are not of this package.
 * @param more models that the command line names
 * @throws ModelLoadError
 */
export async function loadModels(more: readonly ModelReference[]): Promise<ModelManager> {
  const { models, onnx } = configuration();
  const manager = ModelManager.instance;
  await manager.loadModels([...models, ...more], { onnx });
  for (const { qualifiedName } of manager.getModels()) {
    if (!more.includes(manager.getReference(qualifiedName))) continue;
    const { inputSchema, outputSchema } = manager.getModel(qualifiedName);
    checkSchema(inputSchema, `the input schema of '${qualifiedName}'`);
    checkSchema(outputSchema, `the output schema of '${qualifiedName}'`);
  }
  return manager;
}
