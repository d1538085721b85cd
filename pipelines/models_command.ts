// The command `models`: a table of the loaded models, or one model's full metadata.
import Table from "cli-table3";
import { configuration, ModelManager, type ModelReference } from "../models";

/** Loads the models of the configuration, and more. */
export async function loadModels(more: readonly ModelReference[]): Promise<ModelManager> {
  const { models, onnx } = configuration();
  await ModelManager.instance.loadModels([...models, ...more], { onnx });
  return ModelManager.instance;
}

/** What `models` prints: a table, or for a qualified name its metadata with both schemas as JSON. */
export async function describeModels(
  name: string | undefined,
  more: readonly ModelReference[],
): Promise<string> {
  const manager = await loadModels(more);
  if (name !== undefined) return JSON.stringify(manager.getModelMetadata(name), null, 2);
  const table = new Table({
    head: ["qualified name", "name", "version", "description"],
    style: { head: [], border: [] },
  });
  for (const { qualifiedName, displayName, majorVersion, minorVersion, description } of manager.getModels()) {
    table.push([qualifiedName, displayName, `${majorVersion}.${minorVersion}`, description]);
  }
  return table.toString();
}
