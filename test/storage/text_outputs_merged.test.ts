// Record and prediction in one flat object: what stands where, whose name wins, and what is refused.
import fc from "fast-check";
import { UnwritableRowError } from "../../storage";
import type { OutputLayout } from "../../storage/formats/output_format";
import { mergedJsonLinesOutput } from "../../storage/formats/text_outputs";
import { choices, meaning, spell, tree, type Tree } from "../json_texts";
import { linesOf, type Row } from "./text_writing";

const RECORD = '{"sepal_length":5.0,"id":1234567890123456789}';
const PREDICTION = '{"species":"setosa"}';

function merged(rows: readonly Row[], layout: Partial<OutputLayout> = {}): Promise<string[]> {
  return linesOf(mergedJsonLinesOutput, [rows], layout);
}

it("is text, by its extension", () => {
  expect(mergedJsonLinesOutput).toMatchObject({ extension: ".jsonl", isText: true });
});

describe("a line", () => {
  it.each<[what: string, record: string, prediction: string, line: string, layout?: Partial<OutputLayout>]>([
    [
      "has both's fields",
      RECORD,
      PREDICTION,
      '{"sepal_length":5.0,"id":1234567890123456789,"species":"setosa"}',
    ],
    ["has a prefix", '{"a":1}', '{"a":2}', '{"a":1,"p_a":2}', { predictionPrefix: "p_" }],
    ["escapes a prefix", '{"a":1}', '{"a":2}', '{"a":1,"\\"\\né a":2}', { predictionPrefix: '"\né ' }],
    ["of an empty record", "{}", PREDICTION, PREDICTION],
    ["of an empty prediction", RECORD, "{}", RECORD],
    ["of nothing at all", "{}", "{}", "{}"],
    [
      "of a prediction that is a number",
      '{"a":1}',
      "2.50",
      '{"a":1,"p_prediction":2.50}',
      { predictionPrefix: "p_" },
    ],
    ["of a prediction that is a string", '{"a":1}', '"null"', '{"a":1,"prediction":"null"}'],
    ["of a prediction that is an array", '{"a":1}', "[1,2]", '{"a":1,"prediction":[1,2]}'],
    ["of a record that is an array", '[1,{"a":2}]', PREDICTION, '{"record":[1,{"a":2}],"species":"setosa"}'],
    ["of a record that is null", "null", PREDICTION, '{"record":null,"species":"setosa"}'],
    [
      "without a prediction",
      '{"a":1}',
      "null",
      '{"a":1,"species":null,"odds":null}',
      { predictionFields: ["species", "odds"] },
    ],
    ["without one, prefixed", '{"a":1}', "null", '{"a":1,"p_species":null}', { predictionPrefix: "p_" }],
    ["without one that has fields", '{"a":1}', "null", '{"a":1,"prediction":null}', { predictionFields: [] }],
    ["of the prediction alone", RECORD, PREDICTION, PREDICTION, { join: "none" }],
    [
      "of no prediction alone",
      RECORD,
      "null",
      '{"p_species":null}',
      { join: "none", predictionPrefix: "p_" },
    ],
    [
      "of chosen fields",
      RECORD,
      PREDICTION,
      '{"id":1234567890123456789,"species":"setosa"}',
      { select: ["id", "x"] },
    ],
    ["of no fields chosen", RECORD, PREDICTION, PREDICTION, { select: [] }],
    [
      "of fields chosen from an array",
      "[1]",
      PREDICTION,
      '{"record":[1],"species":"setosa"}',
      { select: ["a"] },
    ],
    ["of a prediction with a field twice", "{}", '{"a":1,"b":2,"\\u0061":[3]}', '{"a":[3],"b":2}'],
    ["of a record with a field twice", '{"a":1,"a":2}', "{}", '{"a":1,"a":2}'],
  ])("%s", async (_, record, prediction, line, ...[layout]) => {
    const rows: Row[] = [
      [record, prediction],
      ['{"other":[]}', '{"y":0}'],
      [record, prediction],
    ];
    const [first, , third] = await merged(rows, layout);
    expect([first, third]).toEqual([line, line]);
  });
});

describe("a record's field with the name of a prediction's", () => {
  it.each([
    ['{"species":"x","a":1}', '{"a":1,"species":null}'],
    ['{"a":1,"species":{"species":1},"b":"}"}', '{"a":1,"b":"}","species":null}'],
    ['{"a":1,"\\u0073pecies":2}', '{"a":1,"species":null}'],
    ['{"species":1,"species":2}', '{"species":null}'],
  ])("is left out where there is no prediction: %s", async (record, line) => {
    expect(await merged([[record, "null"]])).toEqual([line]);
  });

  it.each([
    ['{"a":1,"species":"x"}', PREDICTION, "species"],
    ['{"\\u0073pecies":"x"}', PREDICTION, "species"],
    ['{"species":"x"}', '{"\\u0073pecies":"x"}', "species"],
    ['{"prediction":"x"}', "1", "prediction"],
    ["[1]", '{"record":1}', "record"],
  ])("is refused where there is one, with what to do: %s and %s", async (record, prediction, field) => {
    const writing = merged([
      ['{"z":1}', '{"y":1}'],
      [record, prediction],
    ]);
    await expect(writing).rejects.toThrow(UnwritableRowError);
    await expect(writing).rejects.toThrow(`A record has a field "${field}", and so has its prediction`);
    await expect(writing).rejects.toThrow(/--prediction_prefix predicted_.*--select/);
  });

  it("stands beside it with a prefix, or is not chosen", async () => {
    const row: Row = ['{"species":"x","a":1}', PREDICTION];
    expect(await merged([row], { predictionPrefix: "predicted_" })).toEqual([
      '{"species":"x","a":1,"predicted_species":"setosa"}',
    ]);
    expect(await merged([row], { select: ["a"] })).toEqual(['{"a":1,"species":"setosa"}']);
    expect(await merged([row], { join: "none" })).toEqual([PREDICTION]);
  });

  it("is refused for the name that is written", async () => {
    await expect(merged([['{"p_species":1}', PREDICTION]], { predictionPrefix: "p_" })).rejects.toThrow(
      '"p_species"',
    );
  });

  it("counts in its own row alone", async () => {
    expect(
      await merged([
        ['{"a":1}', '{"b":1}'],
        ['{"b":1}', '{"a":1}'],
        ['{"c":1}', "7"],
        ['{"prediction":1}', '{"c":1}'],
      ]),
    ).toEqual(['{"a":1,"b":1}', '{"b":1,"a":1}', '{"c":1,"prediction":7}', '{"prediction":1,"c":1}']);
  });
});

it("takes record after record with names that no other has, and still knows those of predictions", async () => {
  const rows = Array.from({ length: 10_000 }, (_, i): Row => [
    `{"id${i}":${i}}`,
    i % 3 === 0 ? "null" : PREDICTION,
  ]);
  const lines = await merged(rows);
  lines.forEach((line, i) => {
    if (line !== `{"id${i}":${i},"species":${i % 3 === 0 ? "null" : '"setosa"'}}`)
      throw new Error(`row ${i}: ${line}`);
  });
  const last: Row = ['{"species":1}', PREDICTION];
  await expect(merged([...rows, last])).rejects.toThrow('"species"');
});

it("grows with its rows: many short records, one long prediction, fields repeated", async () => {
  const text = "x".repeat(1 << 20);
  const rows: Row[] = [["{}", `{"a":"${text}"}`], ...Array.from({ length: 5000 }, (): Row => ["{}", "1"])];
  rows.push(...Array.from({ length: 5000 }, (): Row => ["{}", '{"a":1,"a":23}']));
  const lines = await merged(rows, { predictionPrefix: "long prefix ".repeat(20) });
  expect(lines).toHaveLength(10_001);
  lines.forEach((line, i) => {
    const expected = i === 0 ? text : i <= 5000 ? 1 : 23;
    if (Object.values(JSON.parse(line) as object).join() !== `${expected}`)
      throw new Error(`line ${i}: ${line}`);
  });
});

/** What a line has to mean, put together from the trees; undefined when the row is to be refused. */
function expected(record: Tree, prediction: Tree, prefix: string): string | undefined {
  const isNull = prediction.kind === "word" && prediction.word === "null";
  const fields: [string, Tree][] = isNull
    ? [[`${prefix}a`, prediction]]
    : prediction.kind === "object"
      ? prediction.members.map(([name, value]) => [prefix + name, value])
      : [[`${prefix}prediction`, prediction]];
  const names = new Set(fields.map(([name]) => name));
  let members: [string, Tree][] = record.kind === "object" ? record.members : [["record", record]];
  if (members.some(([name]) => names.has(name))) {
    if (!isNull) return undefined;
    members = members.filter(([name]) => !names.has(name));
  }
  return meaning(spell({ kind: "object", members: [...members, ...fields] }, [1]));
}

it("means both objects put together, or is refused", async () => {
  const rows = fc.array(fc.tuple(tree, tree, choices), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom("", "", "a", "é_"), async (drawn, prefix) => {
      const layout = { predictionPrefix: prefix, predictionFields: ["a"] };
      const written: Row[] = [];
      const meanings: string[] = [];
      for (const [record, prediction, choices] of drawn) {
        const row: Row = [spell(record, choices), spell(prediction, choices)];
        const meant = expected(record, prediction, prefix);
        if (meant === undefined) {
          await expect(merged([...written, row], layout)).rejects.toThrow(UnwritableRowError);
        } else {
          written.push(row);
          meanings.push(meant);
        }
      }
      expect((await merged(written, layout)).map(meaning)).toEqual(meanings);
    }),
    { numRuns: 400 },
  );
});
