// What is written of a record and its prediction: --select, --join, --prediction_prefix and --extra_fields.
import path from "node:path";
import { COLUMN_FORMATS, FLAT_FORMATS, OUTPUT_FORMAT_NAMES } from "../../storage";
import { commandTest, commandTests, linesOf } from "./command";
import { recordsOf } from "./records_of";

const MEASURES = '"sepal_length":5.0,"sepal_width":3,"petal_length":1.5,"petal_width":0.2';
/** Two that differ in their id alone, one without an id, and one that is no object. */
const RECORDS = [
  `{"id":9007199254740993,${MEASURES}}`,
  `{"id":9007199254740992,${MEASURES}}`,
  `{${MEASURES},"note":"x"}`,
  "[1]",
];
const INPUT = RECORDS.map((record) => `${record}\n`).join("");
const SHARED = `--load_model ${path.join(__dirname, "shared_name_model.js")}:SharedNameModel --model_qualified_name shared_name_model`;

describe("--select with --extra_fields allow", () => {
  const call =
    "--input in.jsonl --extra_fields allow --select petal_width,id,nope,sepal_length --quiet --errors e";

  commandTests<[string, string[]]>([
    [
      "csv",
      [
        "petal_width,id,nope,sepal_length,species",
        ",,,,",
        "0.2,,,5.0,setosa",
        "0.2,9007199254740992,,5.0,setosa",
        "0.2,9007199254740993,,5.0,setosa",
      ],
    ],
    [
      "jsonl",
      [
        '{"input":[1],"prediction":null}',
        '{"input":{"petal_width":0.2,"sepal_length":5.0},"prediction":{"species":"setosa"}}',
        ...[2, 3].map(
          (i) =>
            `{"input":{"petal_width":0.2,"id":900719925474099${i},"sepal_length":5.0},"prediction":{"species":"setosa"}}`,
        ),
      ],
    ],
    [
      "tsv-json",
      [
        "[1]\tnull",
        '{"petal_width":0.2,"sepal_length":5.0}\t{"species":"setosa"}',
        ...[2, 3].map(
          (i) => `{"petal_width":0.2,"id":900719925474099${i},"sepal_length":5.0}\t{"species":"setosa"}`,
        ),
      ],
    ],
    [
      "jsonl-merged",
      [
        '{"petal_width":0.2,"id":9007199254740992,"sepal_length":5.0,"species":"setosa"}',
        '{"petal_width":0.2,"id":9007199254740993,"sepal_length":5.0,"species":"setosa"}',
        '{"petal_width":0.2,"sepal_length":5.0,"species":"setosa"}',
        '{"record":[1],"species":null}',
      ],
    ],
  ])("writes these fields of each record in this order: %s", async (place, format, expected) => {
    place.write("in.jsonl", INPUT);
    expect(await place.run(`${call} --output out --output_format ${format}`)).toMatchObject({ status: 0 });
    expect(place.lines("out").sort()).toEqual([...expected].sort());
    expect(place.failures("e")).toMatchObject([{ line: 4, reason: "must be object", record: [1] }]);
  });

  commandTest("carries an id from CSV to Parquet, with all its digits and zeros", async (place) => {
    const ids = ["007", "9007199254740992", "9007199254740993"];
    place.write(
      "in.csv",
      `id,${["sepal_length,sepal_width,petal_length,petal_width", ...ids.map((id) => `${id},5,3,1.5,0.2`)].join("\n")}`,
    );
    const call = "--input in.csv --extra_fields allow --select id --output out.parquet --quiet";
    expect(await place.run(call)).toMatchObject({ status: 0 });
    expect(await recordsOf(place, "out.parquet")).toEqual(ids.map((id) => ({ id, species: "setosa" })));
  });
});

commandTest("without --extra_fields allow the model's schema refuses a field more", async (place) => {
  place.write("in.jsonl", INPUT);
  const call = "--input in.jsonl --select id --output out.csv --quiet";
  expect(await place.run(call)).toMatchObject({ status: 0 });
  expect(place.lines("out.csv")).toEqual([",", ",", "9007199254740992,", "9007199254740993,", "id,species"]);
  expect(place.failures("out.errors.ldjson").map(({ field, reason }) => [field, reason])).toEqual([
    ["id", "is not in the schema"],
    ["id", "is not in the schema"],
    ["note", "is not in the schema"],
    ["", "must be object"],
  ]);
});

describe("--join none writes predictions alone, a row for each record", () => {
  commandTests<[string, string[]]>([
    ["tsv-json", [...Array<string>(3).fill('{"species":"setosa"}'), "null"]],
    ["jsonl", [...Array<string>(3).fill('{"prediction":{"species":"setosa"}}'), '{"prediction":null}']],
    ["jsonl-merged", [...Array<string>(3).fill('{"p_species":"setosa"}'), '{"p_species":null}']],
    ["csv", ["p_species", "setosa", "setosa", "setosa", '""']],
  ])("%s", async (place, format, expected) => {
    place.write("in.jsonl", INPUT);
    const call = `--input in.jsonl --extra_fields allow --join none --prediction_prefix p_ --output_format ${format}`;
    const { status, stdout } = await place.run(`${call} --output - --errors e --quiet`);
    expect(status).toBe(0);
    expect(linesOf(stdout).sort()).toEqual([...expected].sort());
  });
});

describe("a field that the record and its prediction both have", () => {
  commandTest("is refused before anything runs, where they stand side by side", async (place) => {
    place.write("in.jsonl", '{"id":"a","score":1}\n');
    await Promise.all(
      OUTPUT_FORMAT_NAMES.map(async (format) => {
        const call = `${SHARED} --input in.jsonl --output ${format}/out --output_format ${format} --quiet`;
        const { status, stderr } = await place.run(call);
        const isRefused = FLAT_FORMATS.includes(format);
        expect([format, status]).toEqual([format, isRefused ? 2 : 0]);
        expect(linesOf(stderr)).toHaveLength(isRefused ? 1 : 0);
        if (isRefused) expect(stderr).toMatch(/'score'.*--prediction_prefix/);
        expect(place.exists(format)).toBe(!isRefused);
      }),
    );
  });

  commandTest(
    "has two names with --prediction_prefix, and one where the record's is left out",
    async (place) => {
      place.write("in.jsonl", '{"id":"a","score":1}\n{"id":"b","score":2.50}\n');
      const calls = COLUMN_FORMATS.flatMap((format) => [
        `--prediction_prefix predicted_ --output both.${format}`,
        `--select id --output one.${format}`,
      ]);
      await Promise.all(
        calls.map((call) => place.run(`${SHARED} --input in.jsonl --errors e ${call} --quiet`)),
      );
      expect(place.read("both.csv").split("\n")[0]).toBe("id,score,predicted_score");
      expect(place.lines("one.tsv")).toEqual(["a\t-1", "b\t-2.5", "id\tscore"]);
      for (const format of ["parquet", "avro"]) {
        expect(await recordsOf(place, `both.${format}`)).toEqual([
          { id: "a", score: 1, predicted_score: -1 },
          { id: "b", score: 2.5, predicted_score: -2.5 },
        ]);
        expect(await recordsOf(place, `one.${format}`)).toEqual([
          { id: "a", score: -1 },
          { id: "b", score: -2.5 },
        ]);
      }
    },
  );

  commandTest(
    "may be found in a record alone, which fails the job, and nothing is written",
    async (place) => {
      place.write("in.jsonl", `{${MEASURES}}\n{${MEASURES},"species":"rose"}\n`);
      const call = "--input in.jsonl --extra_fields allow --output out.jsonl --output_format jsonl-merged";
      const { status, stderr } = await place.run(`${call} --quiet`);
      expect([status, linesOf(stderr).length, place.names()]).toEqual([1, 1, ["in.jsonl"]]);
      expect(stderr).toMatch(/"species".*--prediction_prefix/);
      expect(await place.run(`${call} --prediction_prefix p_`)).toMatchObject({ status: 0 });
      expect(place.lines("out.jsonl")).toContain(`{${MEASURES},"species":"rose","p_species":"setosa"}`);
    },
  );
});
