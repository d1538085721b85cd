// The sample that comes with the project, predicted by the command as a user's first run would.
import { commandTest, linesOf, predictionsOf } from "./command";

const BAD_RECORD = '{"sepal_length":5.9,"sepal_width":3.0,"petal_length":5.1,"petal_width":"asd"}';

commandTest(
  "predicts the species of 14 records, and null, with its reason, for the one with a string",
  async (place) => {
    expect(await place.run("--input ../sample.ldjson --output output.ldjson")).toMatchObject({ status: 0 });
    const predictions = predictionsOf(place.read("output.ldjson"));
    const species = [...predictions.values()].map((value) => (value as { species: string } | null)?.species);
    const count = (wanted?: string): number => species.filter((name) => name === wanted).length;
    expect(place.lines("output.ldjson")).toHaveLength(15);
    expect([count("setosa"), count("versicolor"), count("virginica"), count()]).toEqual([5, 5, 4, 1]);
    expect(predictions.get(BAD_RECORD)).toBeNull();
    // The errors output says which field of which line was wrong, and why.
    expect(place.failures()).toEqual([
      {
        kind: "invalid_input",
        file: "../sample.ldjson",
        line: 15,
        offset: 1176,
        field: "petal_width",
        reason: "must be number",
        record: JSON.parse(BAD_RECORD) as unknown,
      },
    ]);
    expect(place.read("output.errors.ldjson")).toContain(BAD_RECORD);
  },
);

commandTest("reads data/input.ldjson and writes data/output.ldjson unless told otherwise", async (place) => {
  place.write("data/input.ldjson", '{"sepal_length":5,"sepal_width":3,"petal_length":1,"petal_width":1}\n');
  expect(await place.run("")).toMatchObject({ status: 0 });
  expect(place.names("data")).toEqual(["input.ldjson", "output.errors.ldjson", "output.ldjson"]);
  expect(place.lines("data/output.ldjson")).toHaveLength(1);
  expect(place.read("data/output.errors.ldjson")).toBe("");
});

commandTest("tells a person what became of every line, and nothing else", async (place) => {
  const { stdout, stderr } = await place.run("--input ../sample.ldjson --output output.ldjson");
  expect(stdout).toBe("");
  expect(stderr.replace(/^.* records per second, .* s$/m, "N records per second, N s")).toBe(
    [
      "read                   15",
      "unreadable              0",
      "duplicates              0",
      "distinct               15",
      "  predicted            14",
      "  null                  1  (1 invalid_input)",
      "N records per second, N s",
      "predictions: output.ldjson",
      "1 failure: output.errors.ldjson",
      "",
    ].join("\n"),
  );
});

commandTest("gives the counts as one line of JSON, without progress or noise of the SDK", async (place) => {
  const { stdout, stderr } = await place.run(
    "--input ../sample.ldjson --output output.ldjson --summary json",
  );
  expect(stderr).toBe("");
  expect(linesOf(stdout)).toHaveLength(1);
  expect(stdout.endsWith("}\n")).toBe(true);
  const { seconds, records_per_second, ...counts } = JSON.parse(stdout) as Record<string, unknown>;
  expect([typeof seconds, typeof records_per_second]).toEqual(["number", "number"]);
  expect(counts).toEqual({
    model: "iris_model",
    runner: "direct",
    output: "output.ldjson",
    errors: "output.errors.ldjson",
    read: 15,
    blank: 0,
    unreadable: { not_json: 0, not_csv: 0, not_utf8: 0, too_long: 0 },
    duplicates: 0,
    distinct: 15,
    predicted: 14,
    null: { invalid_input: 1, model_error: 0, invalid_output: 0 },
    failures: 1,
  });
});

commandTest("prints nothing with --quiet", async (place) => {
  expect(await place.run("--input ../sample.ldjson --output output.ldjson --quiet")).toEqual({
    status: 0,
    signal: null,
    stdout: "",
    stderr: "",
  });
  expect(place.lines("output.ldjson")).toHaveLength(15);
});

commandTest("gives the same predictions in batches of 1, 2, 7 and 1024", async (place) => {
  const sizes = ["1", "2", "7", "1024"];
  await Promise.all(
    sizes.map((size) => place.run(`--input ../sample.ldjson --output ${size}.ldjson --batch_size ${size}`)),
  );
  const [first, ...others] = sizes.map((size) => place.lines(`${size}.ldjson`));
  expect(first).toHaveLength(15);
  for (const other of others) expect(other).toEqual(first);
});

commandTest("takes every option in kebab case too", async (place) => {
  const options = {
    runner: "direct",
    model_qualified_name: "iris_model",
    load_model: "beam-predict/models/digits:DigitsModel",
    batch_size: "3",
    max_record_bytes: "1000",
    max_failures: "1",
    summary: "json",
  };
  const names = Object.keys(options).map((name) => name.replaceAll("_", "-"));
  const values = Object.values(options);
  const calls = [" ", "="].map((sign) => names.map((name, i) => `--${name}${sign}${values[i]}`).join(" "));
  const ended = calls.map((call, i) =>
    place.run(`--input ../sample.ldjson --output ${i}.ldjson --errors ${i}.failed --quiet ${call}`),
  );
  for (const { status, stdout, stderr } of await Promise.all(ended)) {
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ distinct: 15, failures: 1 });
  }
  expect(place.names()).toEqual(["0.failed", "0.ldjson", "1.failed", "1.ldjson"]);
});

commandTest("runs in the environment that APP_SETTINGS names", async (place) => {
  const options = { env: { APP_SETTINGS: "BetaConfig" } };
  const { ended } = place.start("--input ../sample.ldjson --output output.ldjson --quiet", options);
  expect(await ended).toMatchObject({ status: 0, stderr: "" });
  expect(place.lines("output.ldjson")).toHaveLength(15);
});
