// Tests of the ModelManager: loading models by module and class, refusing what is no model, finding them again.
import path from "node:path";
import { InferenceSession } from "onnxruntime-node";
import {
  configuration,
  ModelLoadError,
  ModelManager,
  ModelNotFoundError,
  type ModelSettings,
} from "../../models";
import { IrisModel } from "../../models/iris";
import { POISON } from "./plain_model";

const manager = ModelManager.instance;
const IRIS = { moduleName: "beam-predict/models/iris", className: "IrisModel" };
const DIGITS = { moduleName: "beam-predict/models/digits", className: "DigitsModel" };
const PLAIN_MODULE = path.join(__dirname, "plain_model");
const PLAIN = { moduleName: PLAIN_MODULE, className: "PlainModel" };
const NOT_MODELS = path.join(__dirname, "not_models");

beforeEach(() => manager.clear());
afterEach(() => jest.restoreAllMocks());

function names(): string[] {
  return manager.getModels().map(({ qualifiedName }) => qualifiedName);
}

/** The error that loading a class gives. */
async function refusal(moduleName: string, className: string): Promise<ModelLoadError> {
  const error: unknown = await manager.loadModels([{ moduleName, className }]).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ModelLoadError);
  expect(error).toMatchObject({ code: "MODEL_LOAD" });
  expect(names()).toEqual([]);
  return error as ModelLoadError;
}

test("there is one manager, whichever way the package is imported", () => {
  const imported = [
    require("../../models"),
    require("beam-predict/models"),
  ] as (typeof import("../../models"))[];
  expect(imported.map(({ ModelManager }) => ModelManager.instance === manager)).toEqual([true, true]);
});

test("loads the models of this package that the configuration names, and they predict", async () => {
  await manager.loadModels(configuration().models);
  expect(names()).toEqual(["iris_model", "digits_model"]);
  const flower = { sepal_length: 5, sepal_width: 3.2, petal_length: 1.2, petal_width: 0.2 };
  expect(await manager.getModel("iris_model").predict(flower)).toEqual({ species: "setosa" });
});

test("loads any number of models, from one module or many, in one call or several", async () => {
  const classes = ["PlainModel", "AsyncModel", "PoisonModel", "WrongModel"];
  await manager.loadModels([IRIS, ...classes.map((className) => ({ moduleName: PLAIN_MODULE, className }))]);
  await manager.loadModels([DIGITS]);
  await manager.loadModels([]);
  const expected = [
    "iris_model",
    "plain_model",
    "async_model",
    "poison_model",
    "wrong_model",
    "digits_model",
  ];
  expect(names()).toEqual(expected);
});

test("a model in plain TypeScript predicts", async () => {
  await manager.loadModels([{ moduleName: PLAIN_MODULE, className: "PoisonModel" }]);
  const answers = await manager.getModel("poison_model").predictBatch([
    { a: 1, b: 2 },
    { a: POISON, b: 2 },
  ]);
  expect(answers).toMatchObject([{ output: { sum: 3 } }, { error: { message: "13 is poison" } }]);
});

test("finds a module by its path from the current directory", async () => {
  const moduleName = `./${path.relative(process.cwd(), PLAIN_MODULE)}`;
  await manager.loadModels([{ moduleName, className: "PlainModel" }]);
  expect(names()).toEqual(["plain_model"]);
});

test("lists the metadata of the models, without their schemas", async () => {
  await manager.loadModels([PLAIN]);
  expect(manager.getModels()).toEqual([
    {
      displayName: "Plain Model",
      qualifiedName: "plain_model",
      description: "Adds two numbers.",
      majorVersion: 1,
      minorVersion: 2,
    },
  ]);
});

test("gives the full metadata of a model with both schemas, as JSON can hold it", async () => {
  await manager.loadModels([IRIS, PLAIN]);
  const metadata = manager.getModelMetadata("iris_model");
  expect(JSON.parse(JSON.stringify(metadata))).toEqual(metadata);
  expect(metadata).toMatchObject({
    displayName: "Iris Model",
    qualifiedName: "iris_model",
    majorVersion: 1,
    minorVersion: 0,
    inputSchema: { type: "object", additionalProperties: false, required: expect.any(Array) as unknown },
    outputSchema: { properties: { species: { enum: ["setosa", "versicolor", "virginica"] } } },
  });
});

test("loads lazily: neither loading a model nor its metadata opens a session, the first prediction does", async () => {
  const create = jest.spyOn(InferenceSession, "create");
  await manager.loadModels([IRIS, DIGITS]);
  manager.getModels();
  manager.getModelMetadata("iris_model");
  manager.getModelMetadata("digits_model");
  expect(create).not.toHaveBeenCalled();
  for (let i = 0; i < 2; i++) await manager.getModel("digits_model").predict({ pixels: Array(64).fill(0) });
  expect(create).toHaveBeenCalledTimes(1);
});

test("gives the same model each time, so that it is loaded once a process", async () => {
  await manager.loadModels([IRIS]);
  expect(manager.getModel("iris_model")).toBeInstanceOf(IrisModel);
  expect(manager.getModel("iris_model")).toBe(manager.getModel("iris_model"));
});

test("reloading replaces a model and keeps the others", async () => {
  await manager.loadModels([IRIS, PLAIN]);
  const [iris, plain] = [manager.getModel("iris_model"), manager.getModel("plain_model")];
  await manager.loadModels([IRIS]);
  expect(names()).toEqual(["iris_model", "plain_model"]);
  expect(manager.getModel("iris_model")).not.toBe(iris);
  expect(manager.getModel("plain_model")).toBe(plain);
});

test("gives each model the settings that it was loaded with", async () => {
  const create = jest.spyOn(InferenceSession, "create");
  const settings: ModelSettings = {
    onnx: { intraOpNumThreads: 2, interOpNumThreads: 1, executionProviders: ["cpu"] },
  };
  await manager.loadModels([IRIS], settings);
  await manager.getModel("iris_model").ready();
  expect(create).toHaveBeenCalledWith(expect.anything(), expect.objectContaining(settings.onnx));
});

test("remembers where a model was loaded from", async () => {
  await manager.loadModels([IRIS, PLAIN]);
  expect(manager.getReference("plain_model")).toEqual(PLAIN);
  expect(() => manager.getReference("x")).toThrow(ModelNotFoundError);
});

describe("a model that is not loaded", () => {
  test("is an error with the names that there are", async () => {
    await manager.loadModels([IRIS, PLAIN]);
    expect(manager.has("iris_model")).toBe(true);
    expect(manager.has("X")).toBe(false);
    const message = "'X' not found in the ModelManager instance. It holds 'iris_model', 'plain_model'.";
    expect(() => manager.getModel("X")).toThrow(new ModelNotFoundError("X", ["iris_model", "plain_model"]));
    expect(() => manager.getModel("X")).toThrow(message);
    expect(() => manager.getModelMetadata("X")).toThrow(message);
  });

  test("is an error that says so when there are none", () => {
    expect(() => manager.getModel("X")).toThrow(
      "'X' not found in the ModelManager instance. It holds no models.",
    );
  });
});

describe("is refused:", () => {
  test("a module that is not installed", async () => {
    const error = await refusal("no-such-module", "Model");
    expect(error.message).toBe(
      "No module 'no-such-module' is installed. Install its package, or give its path as './no-such-module'.",
    );
    expect(error.cause).toMatchObject({ code: "MODULE_NOT_FOUND" });
  });

  test("a path that leads nowhere from the current directory, though it would from this package", async () => {
    expect((await refusal("./iris", "IrisModel")).message).toBe(
      `No module './iris' is found from '${process.cwd()}'. Correct its path.`,
    );
  });

  test("a class that the module does not export, and what it exports is listed", async () => {
    expect((await refusal("beam-predict/models/iris", "RoseModel")).message).toBe(
      "Module 'beam-predict/models/iris' has no class 'RoseModel'. It exports IrisModel.",
    );
    const { message } = await refusal(PLAIN_MODULE, "RoseModel");
    expect(message).toMatch(/has no class 'RoseModel'\. It exports .*PlainModel, .*WrongModel/);
  });

  test("an export that is no class", async () => {
    expect((await refusal(NOT_MODELS, "number")).message).toContain(
      "has no class 'number'. It exports Looks",
    );
  });

  test("a class that is no MLModel, however much it looks like one", async () => {
    expect((await refusal(NOT_MODELS, "LooksLikeModel")).message).toBe(
      `'LooksLikeModel' of '${NOT_MODELS}' is not an MLModel. Let it extend the class MLModel.`,
    );
  });

  test("a function that is no class", async () => {
    expect((await refusal(NOT_MODELS, "plainFunction")).message).toContain("is not an MLModel");
  });

  test("a class whose constructor throws", async () => {
    const error = await refusal(NOT_MODELS, "ThrowingModel");
    expect(error.message).toBe(`'ThrowingModel' of '${NOT_MODELS}' can't be made: no licence`);
    expect(error.cause).toMatchObject({ message: "no licence" });
  });

  test.each([
    [NOT_MODELS, "NamelessModel"],
    ["beam-predict/models", "MLModel"],
    ["beam-predict/models", "OnnxModel"],
  ])("a model without a qualified name, %s %s", async (moduleName, className) => {
    expect((await refusal(moduleName, className)).message).toContain(
      `'${className}' of '${moduleName}' has no qualifiedName`,
    );
  });

  test("a module that throws", async () => {
    const error = await refusal(path.join(__dirname, "broken_module"), "Model");
    expect(error.message).toBe(
      `Module '${path.join(__dirname, "broken_module")}' can't be loaded: out of order`,
    );
    expect(error.cause).toMatchObject({ message: "out of order" });
  });

  test("everything that was to be loaded with the one that is at fault", async () => {
    await expect(manager.loadModels([IRIS, { ...PLAIN, className: "RoseModel" }])).rejects.toThrow(
      "RoseModel",
    );
    expect(names()).toEqual([]);
  });
});
