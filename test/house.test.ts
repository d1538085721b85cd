// The house keeps its own laws: who may import whom, what a file begins with, and what the package gives out.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "../..");
const ROOMS = ["models", "storage", "sdk", "transforms", "runners", "pipelines", "test"];

/** What ESLint says of a file if it held nothing but these imports. */
function lintImports(file: string, imports: string[]): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    ["node_modules/eslint/bin/eslint.js", "--format", "json", "--stdin", "--stdin-filename", file],
    { cwd: ROOT, encoding: "utf8", input: imports.map((name) => `import "${name}";\n`).join("") },
  );
  const [{ messages }] = JSON.parse(stdout) as { messages: { ruleId: string; line: number }[] }[];
  const lines = messages
    .filter(({ ruleId }) => ruleId === "no-restricted-imports")
    .map(({ line }) => imports[line - 1]);
  return [...new Set(lines)];
}

describe("the law of imports", () => {
  test("models know no other room, and nothing of Beam", () => {
    const forbidden = [
      "../storage",
      "../transforms/predict",
      "../runners",
      "../pipelines",
      "apache-beam/pvalue",
      "../test/x",
    ];
    expect(lintImports("models/errors.ts", ["./schema", "ajv", ...forbidden])).toEqual(forbidden);
  });

  test("transforms know models and storage alone", () => {
    const forbidden = ["../../runners", "../../pipelines/job"];
    const allowed = ["../../models", "../../storage/json_lines", "../failure", "apache-beam/pvalue"];
    expect(lintImports("transforms/write/commit.ts", [...allowed, ...forbidden])).toEqual(forbidden);
  });

  test("runners know no model and no transform", () => {
    const forbidden = ["../models", "../transforms", "../pipelines"];
    expect(lintImports("runners/build.ts", ["./runner", ...forbidden])).toEqual(forbidden);
  });
});

const sources = ROOMS.flatMap((room) =>
  readdirSync(path.join(ROOT, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.join(room, name)),
);

test("every file says in its first line why it exists, and has no more than 500 lines", () => {
  expect(sources.length).toBeGreaterThan(50);
  for (const name of sources) {
    const lines = readFileSync(path.join(ROOT, name), "utf8").split("\n");
    const first = lines[0].startsWith("#!") ? lines[1] : lines[0];
    expect({ name, first }).toEqual({
      name,
      first: expect.stringMatching(/^\/\/ \S/) as string,
    });
    expect({ name, isLong: lines.length > 500 }).toEqual({ name, isLong: false });
  }
});

describe("the package", () => {
  test.each([
    ["beam-predict", ["predictionPipeline", "readRecords", "ModelManager", "createRunner"]],
    ["beam-predict/models", ["MLModel", "OnnxModel", "ModelManager", "configuration", "InvalidInputError"]],
    ["beam-predict/models/iris", ["IrisModel"]],
    [
      "beam-predict/transforms",
      ["readRecords", "predict", "distinct", "writeRecords", "elements", "asyncParDo"],
    ],
    ["beam-predict/runners", ["createRunner", "RUNNER_NAMES"]],
  ])("gives out %s to require and to import", (name, names) => {
    const list = `console.log(JSON.stringify(Object.keys(exported)))`;
    const required = spawnSync(process.execPath, ["-e", `const exported = require("${name}"); ${list}`], {
      cwd: ROOT,
    });
    const imported = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", `import * as exported from "${name}"; ${list}`],
      { cwd: ROOT },
    );
    expect(JSON.parse(required.stdout.toString())).toEqual(expect.arrayContaining(names));
    expect(JSON.parse(imported.stdout.toString())).toEqual(expect.arrayContaining(names));
  });

  test("has a command and types for all that it gives out", () => {
    const { bin, exports } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      bin: Record<string, string>;
      exports: Record<string, string>;
    };
    const files = [bin["beam-predict"], ...Object.values(exports)].filter((file) => /^[^*]*\.js$/.test(file));
    expect(files).toHaveLength(5);
    for (const file of files) readFileSync(path.join(ROOT, file.replace(/\.js$/, ".d.ts")));
  });
});
