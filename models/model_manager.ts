// The one place of a process that holds its models.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ModelReference, ModelSettings } from "./configuration";
import { ModelLoadError, ModelNotFoundError } from "./errors";
import { MLModel, type FullModelMetadata, type ModelMetadata } from "./ml_model";

/**
 * Holds the models of a process, by their qualified names. There is one, `ModelManager.instance`.
 *
 * Loading a model here means making its object, which is cheap; what it needs to predict (an ONNX session) it reads at
 * its first prediction, once a process.
 */
export class ModelManager {
  static readonly instance = new ModelManager();

  private readonly models = new Map<string, MLModel>();
  private readonly references = new Map<string, ModelReference>();

  private constructor() {}

  /**
   * Loads models; one of the same qualified name is replaced.
   * @throws ModelLoadError when a module or class is not found, or is no MLModel
   */
  async loadModels(references: readonly ModelReference[], settings: ModelSettings = {}): Promise<void> {
    for (const reference of references) {
      const model = await makeModel(reference, settings);
      this.models.set(model.qualifiedName, model);
      this.references.set(model.qualifiedName, reference);
    }
  }

  /** Who the loaded models are. */
  getModels(): ModelMetadata[] {
    return [...this.models.values()].map((model) => model.metadata);
  }

  /**
   * Who a model is, with both its schemas.
   * @throws ModelNotFoundError
   */
  getModelMetadata(qualifiedName: string): FullModelMetadata {
    return this.getModel(qualifiedName).fullMetadata;
  }

  /**
   * A model.
   * @throws ModelNotFoundError with the names that there are
   */
  getModel(qualifiedName: string): MLModel {
    const model = this.models.get(qualifiedName);
    if (model === undefined) throw new ModelNotFoundError(qualifiedName, [...this.models.keys()]);
    return model;
  }

  /** Where a model was loaded from, so that a worker can load the same. */
  getReference(qualifiedName: string): ModelReference {
    this.getModel(qualifiedName);
    return this.references.get(qualifiedName)!;
  }

  /** Whether a model is loaded. */
  has(qualifiedName: string): boolean {
    return this.models.has(qualifiedName);
  }

  /** Forgets every model. */
  clear(): void {
    this.models.clear();
    this.references.clear();
  }
}

async function makeModel(reference: ModelReference, settings: ModelSettings): Promise<MLModel> {
  const { moduleName, className } = reference;
  const exported = await importModule(moduleName);
  const Model = exported[className] as (new (settings: ModelSettings) => unknown) | undefined;
  if (typeof Model !== "function") {
    const names = Object.keys(exported).join(", ") || "nothing";
    throw new ModelLoadError(`Module '${moduleName}' has no class '${className}'. It exports ${names}.`);
  }
  let model: unknown;
  try {
    model = new Model(settings);
  } catch (error) {
    throw new ModelLoadError(`'${className}' of '${moduleName}' can't be made: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (!MLModel.isModel(model)) {
    throw new ModelLoadError(
      `'${className}' of '${moduleName}' is not an MLModel. Let it extend the class MLModel.`,
    );
  }
  return model;
}

/** Imports a module that is installed where the command runs, or beside this package; paths are from the former. */
async function importModule(moduleName: string): Promise<Record<string, unknown>> {
  const fromHere = createRequire(path.join(process.cwd(), "models"));
  let file: string;
  try {
    file = fromHere.resolve(moduleName);
  } catch {
    try {
      file = require.resolve(moduleName);
    } catch (error) {
      throw new ModelLoadError(
        `No module '${moduleName}' is installed. Install its package, or give its path as './${moduleName}'.`,
        { cause: error },
      );
    }
  }
  try {
    return require(file) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_REQUIRE_ESM") {
      return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    }
    throw new ModelLoadError(`Module '${moduleName}' can't be loaded: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
