// Equal records, however they are written: one stays, as it was read, and none that differs is lost.
import fc from "fast-check";
import { readFileSync } from "node:fs";
import {
  commandTest,
  commandTests,
  linesOf,
  predictionsOf,
  REPOSITORY,
  SAMPLE,
  total,
  type Counts,
  type Workplace,
} from "./command";

const RECORDS = linesOf(readFileSync(SAMPLE, "utf8"));

/** The fields of a record as they are written: `["sepal_length", "5.0"]`. */
function fields(record: string): [string, string][] {
  return [...record.matchAll(/"(\w+)": ([^,}]+)/g)].map(([, name, token]) => [name, token]);
}

function compact(pairs: readonly (readonly [string, string])[]): string {
  return `{${pairs.map(([name, token]) => `"${name}":${token}`).join(",")}}`;
}

async function outputOf(place: Workplace, inputs: string): Promise<string[]> {
  const { status, stdout } = await place.run(`--input ${inputs} --output output.ldjson --summary json`);
  expect(status).toBe(0);
  const output = place.lines("output.ldjson");
  const { read, distinct, duplicates, unreadable } = JSON.parse(stdout) as Counts;
  expect([distinct, duplicates, total(unreadable)]).toEqual([output.length, read - distinct, 0]);
  return output;
}

const SPECIES = ["setosa", "versicolor", "virginica"];
/** The lines of the sample's output: five records of a species each, but for the last. */
const OUTPUT = RECORDS.map((record, i) => {
  const prediction = i === 14 ? "null" : `{"species":"${SPECIES[Math.floor(i / 5)]}"}`;
  return `${compact(fields(record))}\t${prediction}`;
}).sort();

/** The sample, written in other ways. */
const VARIANTS: [string, string | Buffer][] = [
  ["as another copy", `${RECORDS.join("\n")}\n`],
  ["with other white space", RECORDS.map((line) => line.replace(/([{}:,])/g, " $1\t ")).join("\n")],
  ["with CRLF", RECORDS.map((line) => `${line}\r\n`).join("")],
  ["with a byte order mark", Buffer.from(`\uFEFF${RECORDS.join("\n")}\n`)],
  ["without a last line feed", RECORDS.join("\n")],
  ["with blank lines between", RECORDS.join("\n\n \t\n")],
  ["in the other order", [...RECORDS].reverse().join("\n")],
];

describe("the sample gives the same 15 lines, its tokens as they were read, when it is read again", () => {
  commandTest("from the same path", async (place) => {
    expect(await outputOf(place, "../sample.ldjson ../sample.ldjson")).toEqual(OUTPUT);
  });

  commandTests(VARIANTS)("%s", async (place, _, content) => {
    place.write("copy.ldjson", content);
    expect(await outputOf(place, "../sample.ldjson copy.ldjson")).toEqual(OUTPUT);
  });

  test("with 5.0 as 5.0", () => {
    expect(OUTPUT).toContain(
      '{"sepal_length":5.0,"sepal_width":3.2,"petal_length":1.2,"petal_width":0.2}\t{"species":"setosa"}',
    );
  });
});

commandTest("of equal records in another order of keys the smallest text stays", async (place) => {
  const copy = RECORDS.map(
    (record) =>
      `{${fields(record)
        .reverse()
        .map(([name, token]) => `"${name}" : ${token}`)
        .join(" , ")}}`,
  );
  place.write("copy.ldjson", copy.join("\n"));
  // "petal_width" comes before "sepal_length".
  const expected = RECORDS.map((record) => compact(fields(record).reverse()));
  const output = await outputOf(place, "../sample.ldjson copy.ldjson");
  expect(output.map((line) => line.split("\t")[0])).toEqual(expected.sort());
});

/** One number, written in several ways. */
const NUMBER = fc
  .integer({ min: 1, max: 79 })
  .map((tenths) => [
    `${tenths}e-1`,
    (tenths / 10).toFixed(1),
    (tenths / 10).toFixed(2),
    `${tenths / 10}`,
    `0.${tenths}E${String(tenths).length - 1}`,
  ]);

/** One record, written in several ways. */
const SPELLINGS = fc.tuple(NUMBER, NUMBER, NUMBER, NUMBER).chain((numbers) =>
  fc.array(
    fc
      .tuple(
        ...numbers.map((spellings) => fc.constantFrom(...spellings)),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      )
      .map((parts) => {
        const order = parts.pop() as number[];
        const names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        return compact(order.map((i) => [names[i], parts[i] as string]));
      }),
    { minLength: 1, maxLength: 6 },
  ),
);

commandTest(
  "of equal records with other numbers and orders of keys the smallest text stays",
  async (place) => {
    await fc.assert(
      fc.asyncProperty(fc.array(SPELLINGS, { minLength: 50, maxLength: 100 }), async (records) => {
        const smallest = new Map<string, string>();
        for (const text of records.flat()) {
          const value = JSON.parse(text) as Record<string, number>;
          const key = JSON.stringify(Object.entries(value).sort());
          const known = smallest.get(key);
          if (known === undefined || text < known) smallest.set(key, text);
        }
        place.write("input.ldjson", records.flat().join("\n"));
        const output = await outputOf(place, "input.ldjson");
        expect(output.map((line) => line.split("\t")[0])).toEqual([...smallest.values()].sort());
      }),
      { numRuns: 3 },
    );
  },
);

commandTest("records that differ in the 19th digit of an id stay two", async (place) => {
  place.write(
    "id_model.js",
    `const { MLModel } = require(${JSON.stringify(`${REPOSITORY}/dist/models`)});
     exports.IdModel = class extends MLModel {
       displayName = "Id"; qualifiedName = "id_model"; description = "Takes an id."; majorVersion = 1; minorVersion = 0;
       inputSchema = { type: "object", properties: { id: { type: "number" } }, required: ["id"] };
       outputSchema = { type: "string" };
       infer() { return "seen"; }
     };`,
  );
  const ids = [
    "1234567890123456788",
    "1234567890123456789",
    "1234567890123456789.0",
    "1234567890123456789.5",
  ];
  place.write("input.ldjson", ids.map((id) => `{"id": ${id}}\n`).join(""));
  const { status } = await place.run(
    "--load_model ./id_model.js:IdModel --model_qualified_name id_model --input input.ldjson --output output.ldjson",
  );
  expect(status).toBe(0);
  expect([...predictionsOf(place.read("output.ldjson"))].sort()).toEqual([
    ['{"id":1234567890123456788}', "seen"],
    ['{"id":1234567890123456789.0}', "seen"],
    ['{"id":1234567890123456789.5}', "seen"],
  ]);
});
