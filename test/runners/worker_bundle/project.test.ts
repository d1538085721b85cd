// The bundle of a user's project: its models and modules are found on the worker by the names that they have here.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unpackBundle } from "./unpacked";

const APPLICATION = path.join(__dirname, "../../../..");
let root: string;
let project: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "beam-predict-project-")));
  project = path.join(root, "project");
});

afterEach(() => rmSync(root, { recursive: true }));

function writeFiles(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    writeFileSync(path.join(project, name), text);
  }
}

/** The source of a class of model that multiplies by what `factor` gives. */
function modelClass(factor: string): string {
  return `class TimesModel extends MLModel {
    displayName = "Times"; qualifiedName = "times_model"; description = "Multiplies.";
    majorVersion = 1; minorVersion = 0;
    inputSchema = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };
    outputSchema = { type: "number" };
    infer({ x }) { return ${factor} * x; }
  }`;
}

/** A project that depends on this package and on another, with a model in CommonJS and one in ES modules. */
function writeProject(): void {
  writeFiles({
    "package.json": JSON.stringify({ name: "my-project", exports: { "./*": "./lib/*.js" } }),
    "models/times.js": `const { MLModel } = require("beam-predict/models");
      const factor = require("../lib/factor");
      exports.TimesModel = ${modelClass("factor.of()")};`,
    "lib/factor.js": `const { readFileSync } = require("node:fs");
      const six = require("six");
      exports.of = () => six * Number(readFileSync(require("node:path").join(__dirname, "../data/ten.txt"), "utf8"));`,
    "lib/fns.js": `const { requireForSerialization } = require("apache-beam/serialization");
      class TimesFn {}
      requireForSerialization("my-project/fns", { TimesFn });
      exports.six = require("six");`,
    "esm/package.json": JSON.stringify({ type: "module" }),
    "esm/times.js": `import { createRequire } from "node:module";
      import { factor } from "./factor.js";
      const { MLModel } = createRequire(import.meta.url)("beam-predict/models");
      export ${modelClass("factor")}`,
    "esm/factor.js": "export const factor = 7;",
    "node_modules/@some/times/package.json": JSON.stringify({ name: "@some/times", main: "main.js" }),
    "node_modules/@some/times/main.js": `const { MLModel } = require("beam-predict/models");
      exports.TimesModel = ${modelClass("4")};`,
    "data/ten.txt": "10",
    "data/unused.txt": "20",
    "node_modules/six/package.json": JSON.stringify({
      name: "six",
      main: "main.js",
      dependencies: { half: "1" },
    }),
    "node_modules/six/main.js": "module.exports = 2 * require('half');",
    "node_modules/six/node_modules/half/package.json": JSON.stringify({ name: "half", main: "main.js" }),
    "node_modules/six/node_modules/half/main.js": "module.exports = 3;",
  });
  symlinkSync(APPLICATION, path.join(project, "node_modules/beam-predict"));
  symlinkSync(
    path.join(APPLICATION, "node_modules/apache-beam"),
    path.join(project, "node_modules/apache-beam"),
  );
}

/** What a program prints in the folder of a bundle, where the worker's command runs too. */
function runIn(bundle: string, program: string): string {
  return execFileSync(process.execPath, ["-e", program], { cwd: bundle, encoding: "utf8" }).trim();
}

/** What a model of the bundle predicts for 2, as a worker loads it. */
function predict(bundle: string, moduleName: string): string {
  return runIn(
    bundle,
    `const { ModelManager } = require("./node_modules/beam-predict/dist/models");
     ModelManager.instance.loadModels([{ moduleName: ${JSON.stringify(moduleName)}, className: "TimesModel" }])
       .then(() => ModelManager.instance.getModel("times_model").predict({ x: 2 }))
       .then(console.log);`,
  );
}

test("models by their paths and of installed packages, and modules that functions are registered in", async () => {
  writeProject();
  const bundle = await unpackBundle(path.join(root, "node"), {
    folder: project,
    modules: ["./models/times.js", "./esm/times.js", "@some/times", "beam-predict/models/iris"],
    include: ["data/ten.txt", "lib/fns.js"],
  });
  // What is not in the bundle is not found any more.
  rmSync(project, { recursive: true });
  expect(predict(bundle, "./models/times.js")).toBe("120");
  expect(predict(bundle, "./esm/times.js")).toBe("14");
  expect(predict(bundle, "@some/times")).toBe("8");
  const loaded = runIn(
    bundle,
    `const worker = require("./node_modules/beam-predict/dist/runners/worker/registered_modules.js");
     worker.loadModules(["beam-predict/transforms", "apache-beam/transforms/group_and_combine", "my-project/fns"]);
     console.log(require("apache-beam/serialization").getRegisteredModules().includes("my-project/fns"));`,
  );
  expect(loaded).toBe("true");
  expect(runIn(bundle, 'console.log(require("fs").readdirSync("data").join())')).toBe("ten.txt");
}, 240_000);

test.each([
  ["a module that is not there", "./gone.js", /^'.\/gone.js' is not found from '.*project'\.$/],
  [
    "an import that is not there",
    "./a.js",
    /^'.\/b', which 'a.js' imports, is not found from '.*project'\.$/,
  ],
  [
    "a file outside of the project",
    "../outside.js",
    /outside.js' is not in .*project, which is what the bundle holds/,
  ],
  ["what is no JavaScript", "./typed.js", /typed.js' can't be read as JavaScript: Unexpected token \(1:5\)/],
  [
    "an absolute path",
    "/models/a.js",
    /^'\/models\/a.js' is an absolute path, and the bundle may be unpacked anywhere/,
  ],
])("%s is refused", async (_, module, message) => {
  writeFiles({ "a.js": 'require("./b");', "typed.js": "let a: number;", "../outside.js": "" });
  await expect(unpackBundle(path.join(root, "node"), { folder: project, modules: [module] })).rejects.toThrow(
    message,
  );
});
