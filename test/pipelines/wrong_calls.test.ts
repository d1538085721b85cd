// Wrong calls of the command: one clear line, exit status 2, no stack trace, nothing written.
import { commandTest, commandTests, linesOf } from "./command";

/** Each call, and what it is told. */
const CALLS: [string, string, RegExp][] = [
  [
    "a model that is not there",
    "--model_qualified_name X",
    /^'X' not found in the ModelManager instance\. It holds 'iris_model', 'digits_model'\.$/,
  ],
  ["an unknown model to show", "models nope", /^'nope' not found in the ModelManager instance\./],
  ["an option that is none", "--nope", /^error: unknown option '--nope'$/],
  [
    "an option nearly right",
    "--batch_siz 3",
    /^error: unknown option '--batch_siz'\n\(Did you mean --batch_size\?\)$/,
  ],
  ["an option without its value", "--batch_size", /'--batch_size <n>' argument missing$/],
  [
    "an unknown command",
    "nope",
    /^Unknown command 'nope'\. .* predict, species_counts, worker_pool, models, worker_bundle\.$/,
  ],
  ["a word too many", "species_counts nope", /too many arguments for 'species_counts'/],
  ["a missing file", "--input nope.ldjson", /^No such file: 'nope\.ldjson'\. /],
  ["a glob that matches nothing", "--input *.nope", /^No file matches '\*\.nope'\. /],
  ["a folder without files", "--input .", /^The folder '\.' has no files to read/],
  ["an unknown runner", "--runner nope", /^Unknown runner 'nope'\. The runners are: .*direct/],
  ["a batch size of 0", "--batch_size 0", /'--batch_size <n>' argument '0' is invalid\. .* from 1\.$/],
  ["a batch size in another notation", "--batch_size 1e3", /argument '1e3' is invalid/],
  ["an output without a name", "--errors=", /'--errors <path>' argument '' is invalid\. .* a path, or -\.$/],
  ["a record size of -1", "--max_record_bytes -1", /argument '-1' is invalid/],
  ["a limit that is no number", "--max_failures x", /argument 'x' is invalid\. .* 5%\.$/],
  ["an unknown summary", "--summary x", /argument 'x' is invalid\. .* text, json\.$/],
  ["a model without a class", "--load_model x", /argument 'x' is invalid\. .* a module and a class/],
  ["a model's module that is missing", "--load_model ./nope.js:Model", /'\.\/nope\.js'/],
  ["a model's class that is missing", "--load_model beam-predict/models/iris:Nope", /no class 'Nope'/],
];

describe("one line and exit status 2 for", () => {
  commandTests(CALLS)("%s", async (place, _, args, told) => {
    const { status, stdout, stderr } = await place.run(args);
    expect(stderr.trimEnd()).toMatch(told);
    expect(linesOf(stderr).filter((line) => !line.startsWith("(Did you mean"))).toHaveLength(1);
    expect([status, stdout, place.names()]).toEqual([2, "", []]);
  });

  commandTest("an APP_SETTINGS that is no configuration", async (place) => {
    const { ended } = place.start("--input ../sample.ldjson", { env: { APP_SETTINGS: "NopeConfig" } });
    const { status, stderr } = await ended;
    expect(stderr).toMatch(
      /^APP_SETTINGS is 'NopeConfig', .* ProdConfig, BetaConfig, TestConfig, DevConfig\.\n$/,
    );
    expect([status, place.names()]).toEqual([2, []]);
  });

  commandTest("a model's module that throws", async (place) => {
    place.write("broken.js", 'throw new Error("no weights");');
    const { status, stderr } = await place.run("--load_model ./broken.js:Model");
    expect(stderr).toBe("Module './broken.js' can't be loaded: no weights\n");
    expect(status).toBe(2);
  });

  commandTest("a class that is no model", async (place) => {
    place.write("other.js", "exports.Model = class {};");
    const { status, stderr } = await place.run("--load_model ./other.js:Model");
    expect(stderr).toMatch(/^'Model' of '\.\/other\.js' is not an MLModel\. .*\n$/);
    expect(status).toBe(2);
  });
});
