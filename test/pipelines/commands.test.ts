// The commands besides predict: species_counts, models, help and version.
import { readFileSync } from "node:fs";
import { commandTest, commandTests, linesOf, REPOSITORY } from "./command";

const OPTIONS = [
  "runner",
  "model_qualified_name",
  "load_model",
  "input",
  "output",
  "batch_size",
  "max_record_bytes",
  "memory_limit",
  "quiet",
  "columns",
  "direct_num_workers",
  "environment_config",
  "environment_type",
  "extra_fields",
  "flink_master",
  "gcs_endpoint",
  "input_format",
  "job_endpoint",
  "job_jar",
  "job_server_jar",
  "parallelism",
  "s3_endpoint",
  "s3_region",
  "sdk_worker_parallelism",
  "spark_master",
  "split_bytes",
];

describe("species_counts", () => {
  const COUNTS = [
    { species: "setosa", count: 5 },
    { species: "versicolor", count: 5 },
    { species: "virginica", count: 4 },
    { species: null, count: 1 },
  ];

  commandTest("counts the sample's species on standard output, the null one with them", async (place) => {
    const { status, stdout, stderr } = await place.run("species_counts --input ../sample.ldjson");
    expect([status, stderr]).toEqual([0, ""]);
    const counts = linesOf(stdout).map((line) => JSON.parse(line) as unknown);
    expect(counts).toHaveLength(4);
    expect(counts).toEqual(expect.arrayContaining(COUNTS));
  });

  commandTest(
    "counts a record each time that it is there, and writes to a file when told so",
    async (place) => {
      const { stdout } = await place.run(
        "species_counts --input ../sample.ldjson ../sample.ldjson --output counts.ldjson",
      );
      expect(stdout).toBe("");
      expect(place.names()).toEqual(["counts.ldjson"]);
      const counts = place.lines("counts.ldjson").map((line) => JSON.parse(line) as unknown);
      expect(counts).toEqual(
        expect.arrayContaining(COUNTS.map(({ species, count }) => ({ species, count: 2 * count }))),
      );
    },
  );

  commandTest("gives nothing for an empty file", async (place) => {
    place.write("empty.ldjson", "");
    expect(await place.run("species_counts --input empty.ldjson")).toMatchObject({
      status: 0,
      stdout: "",
    });
  });
});

describe("models", () => {
  commandTest("lists both models with name, version and description", async (place) => {
    const { status, stdout, stderr } = await place.run("models");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/iris_model .* Iris Model .* 1\.0 .* species of an iris/);
    expect(stdout).toMatch(/digits_model .* Digits Model .* 1\.0 .* digit/);
  });

  commandTest("shows one with both its schemas as JSON", async (place) => {
    const { status, stdout } = await place.run("models iris_model");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      qualifiedName: "iris_model",
      inputSchema: { required: ["sepal_length", "sepal_width", "petal_length", "petal_width"] },
      outputSchema: { properties: { species: { enum: ["setosa", "versicolor", "virginica"] } } },
    });
  });

  commandTest("lists a model that is loaded besides them", async (place) => {
    place.write(
      "mine.js",
      `const { IrisModel } = require(${JSON.stringify(`${REPOSITORY}/dist/models/iris`)});
       exports.Mine = class extends IrisModel { qualifiedName = "my_model"; displayName = "Mine"; };`,
    );
    const { stdout } = await place.run("models --load-model ./mine.js:Mine");
    for (const name of ["iris_model", "digits_model", "my_model"]) expect(stdout).toContain(name);
  });
});

const PREDICT_OPTIONS = [
  "errors",
  "join",
  "max_failures",
  "num_shards",
  "output_compression",
  "output_format",
  "prediction_prefix",
  "select",
  "summary",
];

describe("help", () => {
  commandTests([
    ["predict", [...OPTIONS, ...PREDICT_OPTIONS]],
    ["species_counts", OPTIONS],
    ["models", ["load_model"]],
  ])("of %s lists every option with its purpose", async (place, command, options) => {
    const { status, stdout, stderr } = await place.run(`${command} --help`);
    expect([status, stderr]).toEqual([0, ""]);
    const listed = [...stdout.matchAll(/^ +--(\w+)(?: <.*?>)? {2,}\S/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...options].sort());
  });

  commandTest("of the program lists the commands", async (place) => {
    const { status, stdout } = await place.run("--help");
    expect(status).toBe(0);
    for (const name of ["predict", "species_counts", "models", "--version"]) expect(stdout).toContain(name);
    expect(await place.run("help models")).toMatchObject({ status: 0 });
  });
});

commandTest("--version is the package's", async (place) => {
  const { version } = JSON.parse(readFileSync(`${REPOSITORY}/package.json`, "utf8")) as { version: string };
  expect(await place.run("--version")).toEqual({
    status: 0,
    signal: null,
    stdout: `${version}\n`,
    stderr: "",
  });
});
