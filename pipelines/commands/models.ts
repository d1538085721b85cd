// The command `models`: a table of the loaded models, or one model's full metadata.
import Table from "cli-table3";
import type { ModelReference } from "../../models";
import { loadModels } from "../load_models";

/** Prints a table, or for a qualified name its metadata with both schemas as JSON. */
export async function run(
  name: string | undefined,
  options: { load_model: readonly ModelReference[] },
): Promise<void> {
  process.stdout.write(`${await describe(name, options.load_model)}\n`);
}

async function describe(name: string | undefined, more: readonly ModelReference[]): Promise<string> {
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
