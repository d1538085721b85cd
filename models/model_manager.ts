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
   * Loads models, all of them or none; one of the same qualified name is replaced.
   * @throws ModelLoadError when a module or class is not found, or is no MLModel
   */
  async loadModels(references: readonly ModelReference[], settings: ModelSettings = {}): Promise<void> {
    const models: [MLModel, ModelReference][] = [];
    for (const reference of references) models.push([await makeModel(reference, settings), reference]);
    for (const [model, reference] of models) {
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
  const exported = (await importModule(moduleName)) ?? {};
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
  if (typeof model.qualifiedName !== "string" || model.qualifiedName === "") {
    throw new ModelLoadError(
      `'${className}' of '${moduleName}' has no qualifiedName, by which models are found. Give it one.`,
    );
  }
  return model;
}

/** What `require` says of a module that its package exports to nobody, or to `import` alone. */
const NOT_EXPORTED = "ERR_PACKAGE_PATH_NOT_EXPORTED";

/** What `require` says to an ES module that only `import` can load. */
const FOR_IMPORT = ["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"];

async function importModule(moduleName: string): Promise<Record<string, unknown> | null | undefined> {
  const file = resolveModule(moduleName);
  try {
    try {
      return require(file) as Record<string, unknown>;
    } catch (error) {
      if (!FOR_IMPORT.includes(codeOf(error))) throw error;
      return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    }
  } catch (error) {
    throw new ModelLoadError(`Module '${moduleName}' can't be loaded: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The file of a module that is installed where the command runs, or beside this package; paths are from the former. */
function resolveModule(moduleName: string): string {
  const isPath = moduleName.startsWith(".") || path.isAbsolute(moduleName);
  const fromHere = createRequire(path.join(process.cwd(), "models"));
  let cause: unknown;
  for (const { resolve } of isPath ? [fromHere] : [fromHere, require]) {
    try {
      return resolve(moduleName);
    } catch (error) {
      cause ??= error;
    }
  }
  let message = `No module '${moduleName}' is installed. Install its package, or give its path as './${moduleName}'.`;
  if (isPath) message = `No module '${moduleName}' is found from '${process.cwd()}'. Correct its path.`;
  if (codeOf(cause) === NOT_EXPORTED) {
    message = `The package of '${moduleName}' does not export it to require(). Give its path, as './node_modules/...'.`;
  }
  throw new ModelLoadError(message, { cause });
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code);
}
