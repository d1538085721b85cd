// Tests of models from other packages: installed where the command runs, ES modules, other copies of this package.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MLModel, ModelManager } from "../../models";

const root = path.join(__dirname, "../../..");
const models = path.join(root, "dist/models");
const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "model_packages-")));
  process.chdir(folder);
  ModelManager.instance.clear();
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

/** The source of a model that multiplies by a factor, as a JavaScript class. */
function modelSource(factor: number): string {
  return `class TimesModel extends MLModel {
    displayName = "Times"; qualifiedName = "times_model"; description = "Multiplies by ${factor}.";
    majorVersion = ${factor}; minorVersion = 0;
    inputSchema = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };
    outputSchema = { type: "number" };
    infer({ x }) { return ${factor} * x; }
  }`;
}

function writeFiles(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** Writes a CommonJS package whose model extends the MLModel of the package at a path. */
function writePackage(name: string, factor: number, modelsPath = models): void {
  writeFiles({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
    [`node_modules/${name}/index.js`]: `const { MLModel } = require(${JSON.stringify(modelsPath)});
      ${modelSource(factor)}
      exports.TimesModel = TimesModel;`,
  });
}

/** Copies this package's models, and gives the copy the packages that it needs. */
function copyPackage(): string {
  const copy = path.join(folder, "node_modules/beam-predict");
  cpSync(models, path.join(copy, "dist/models"), { recursive: true });
  cpSync(path.join(root, "models/iris"), path.join(copy, "models/iris"), { recursive: true });
  cpSync(path.join(root, "package.json"), path.join(copy, "package.json"));
  for (const needed of ["ajv", "onnxruntime-node"]) {
    symlinkSync(path.join(root, "node_modules", needed), path.join(folder, "node_modules", needed));
  }
  return copy;
}

const TIMES = { moduleName: "times", className: "TimesModel" };

test("a model of a package that is installed where the command runs is loaded and predicts", async () => {
  writePackage("times", 3);
  await ModelManager.instance.loadModels([TIMES]);
  expect(await ModelManager.instance.getModel("times_model").predict({ x: 2 })).toBe(6);
});

test("a model of a scoped package and of a path in a package is loaded", async () => {
  writePackage("@some/times", 4);
  for (const moduleName of ["@some/times", "@some/times/index.js", "./node_modules/@some/times"]) {
    ModelManager.instance.clear();
    await ModelManager.instance.loadModels([{ ...TIMES, moduleName }]);
    expect(await ModelManager.instance.getModel("times_model").predict({ x: 2 })).toBe(8);
  }
});

test("a model of the same name from another package replaces the one before", async () => {
  writePackage("times", 3);
  writePackage("times-more", 30);
  await ModelManager.instance.loadModels([TIMES, { ...TIMES, moduleName: "times-more" }]);
  expect(ModelManager.instance.getModels()).toMatchObject([
    { qualifiedName: "times_model", majorVersion: 30 },
  ]);
  expect(ModelManager.instance.getReference("times_model").moduleName).toBe("times-more");
});

test("this package's own models are found wherever the command runs", async () => {
  await ModelManager.instance.loadModels([
    { moduleName: "beam-predict/models/iris", className: "IrisModel" },
  ]);
  expect(ModelManager.instance.has("iris_model")).toBe(true);
});

test("a module that exports nothing at all is refused", async () => {
  writeFiles({ "nothing.js": "module.exports = null;" });
  await expect(
    ModelManager.instance.loadModels([{ moduleName: "./nothing.js", className: "TimesModel" }]),
  ).rejects.toThrow("Module './nothing.js' has no class 'TimesModel'. It exports nothing.");
});

describe("another copy of this package", () => {
  test("has models that are models, though of another class MLModel", async () => {
    const copy = copyPackage();
    writePackage("times", 5, path.join(copy, "dist/models"));
    await ModelManager.instance.loadModels([TIMES]);
    const model = ModelManager.instance.getModel("times_model");
    expect(model).not.toBeInstanceOf(MLModel);
    expect(MLModel.isModel(model)).toBe(true);
    expect(await model.predictBatch([{ x: 2 }, { x: "2" }])).toMatchObject([
      { output: 10 },
      { error: { kind: "invalid_input", message: "x must be number" } },
    ]);
  });

  test("that is installed where the command runs is the one that is loaded, with its ONNX files", async () => {
    copyPackage();
    await ModelManager.instance.loadModels([
      { moduleName: "beam-predict/models/iris", className: "IrisModel" },
    ]);
    const model = ModelManager.instance.getModel("iris_model");
    const flower = { sepal_length: 5, sepal_width: 3.2, petal_length: 1.2, petal_width: 0.2 };
    expect(model).not.toBeInstanceOf(MLModel);
    expect(await model.predict(flower)).toEqual({ species: "setosa" });
  });
});

test.each([[undefined], [null], ["x"], [{}], [() => 1], [MLModel], [{ predict: () => 1 }]])(
  "%p is no model",
  (value) => {
    expect(MLModel.isModel(value)).toBe(false);
  },
);

describe("an ES module", () => {
  /** What a program of its own prints that loads a class (Jest can't import ES modules) and predicts for 2. */
  function load(moduleName: string): string {
    const program = `const { ModelManager } = require(${JSON.stringify(models)});
      ModelManager.instance.loadModels([{ moduleName: ${JSON.stringify(moduleName)}, className: "TimesModel" }])
        .then(() => ModelManager.instance.getModel("times_model").predict({ x: 2 }))
        .then(console.log, (error) => console.log(error.code, error.message));`;
    return execFileSync(process.execPath, ["-e", program], { cwd: folder, encoding: "utf8" }).trim();
  }

  const header = `import { createRequire } from "node:module";
    const { MLModel } = createRequire(import.meta.url)(${JSON.stringify(models)});`;

  test("has models that are loaded and predict", () => {
    writeFiles({ "times.mjs": `${header}\nexport ${modelSource(6)}` });
    expect(load("./times.mjs")).toBe("12");
  });

  test("may be an installed package", () => {
    writeFiles({
      "node_modules/times/package.json": JSON.stringify({ type: "module", exports: "./times.js" }),
      "node_modules/times/times.js": `${header}\nexport ${modelSource(7)}`,
    });
    expect(load("times")).toBe("14");
  });

  test("that its package exports to import alone is loaded by its path, as the error advises", () => {
    writeFiles({
      "node_modules/times/package.json": JSON.stringify({
        type: "module",
        exports: { import: "./times.js" },
      }),
      "node_modules/times/times.js": `${header}\nexport ${modelSource(7)}`,
    });
    expect(load("times")).toBe(
      "MODEL_LOAD The package of 'times' does not export it to require(). " +
        "Give its path, as './node_modules/...'.",
    );
    expect(load("./node_modules/times/times.js")).toBe("14");
  });

  test("may await at its top", () => {
    writeFiles({ "times.mjs": `${header}\nawait null;\nexport ${modelSource(8)}` });
    expect(load("./times.mjs")).toBe("16");
  });

  test("that throws is refused", () => {
    writeFiles({ "times.mjs": 'throw new Error("out of order");' });
    expect(load("./times.mjs")).toBe("MODEL_LOAD Module './times.mjs' can't be loaded: out of order");
  });

  test("that lacks the class is refused", () => {
    writeFiles({ "times.mjs": "export const rose = 1;" });
    expect(load("./times.mjs")).toBe(
      "MODEL_LOAD Module './times.mjs' has no class 'TimesModel'. It exports rose.",
    );
  });
});
