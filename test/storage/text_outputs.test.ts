// Pairs of records and predictions as lines: each JSON text as it was, in any blocks, alone, with chosen fields.
import fc from "fast-check";
import { jsonLinesOutput, tsvJsonOutput } from "../../storage/formats/text_outputs";
import { choices, spell, tree } from "../json_texts";
import { linesOf, type Row } from "./text_writing";

const RECORD = '{"sepal_length":5.0,"id":1234567890123456789}';
const PREDICTION = '{"species":"setosa"}';

const row = fc
  .tuple(tree, tree, choices)
  .map(([record, prediction, choices]): Row => [spell(record, choices), spell(prediction, choices)]);
const blocks = fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 4 });

describe.each([
  ["tsv-json", tsvJsonOutput, ".ldjson"],
  ["jsonl", jsonLinesOutput, ".jsonl"],
] as const)("%s", (name, format, extension) => {
  const joined = ([record, prediction]: Row): string =>
    name === "jsonl" ? `{"input":${record},"prediction":${prediction}}` : `${record}\t${prediction}`;
  const alone = ([, prediction]: Row): string =>
    name === "jsonl" ? `{"prediction":${prediction}}` : prediction;

  it("is text, by its extension", () => {
    expect(format).toMatchObject({ extension, isText: true });
  });

  it("has a line a row, in whatever blocks they came", async () => {
    await fc.assert(
      fc.asyncProperty(blocks, async (blocks) => {
        expect(await linesOf(format, blocks)).toEqual(blocks.flat().map(joined));
        expect(await linesOf(format, blocks, { join: "none" })).toEqual(blocks.flat().map(alone));
      }),
    );
  });

  it("has nulls where there is no prediction", async () => {
    expect(await linesOf(format, [[[RECORD, "null"]]])).toEqual([joined([RECORD, "null"])]);
  });

  it("has the fields that were chosen", async () => {
    const rows: Row[] = [
      [RECORD, PREDICTION],
      ["[1]", PREDICTION],
    ];
    const chosen: Row[] = [
      ['{"id":1234567890123456789}', PREDICTION],
      ["[1]", PREDICTION],
    ];
    expect(await linesOf(format, [rows], { select: ["id", "no such"] })).toEqual(chosen.map(joined));
    expect(await linesOf(format, [rows], { select: ["id"], join: "none" })).toEqual(chosen.map(alone));
  });

  it("of no rows is empty", async () => {
    expect(await linesOf(format, [])).toEqual([]);
    expect(await linesOf(format, [[], []])).toEqual([]);
  });

  it("holds texts of every length, each beside texts of others", async () => {
    const text = (length: number): string => JSON.stringify("é".repeat(length / 2) + "x".repeat(length % 2));
    const rows = Array.from({ length: 600 }, (_, i): Row => [text(i), text((7 * i) % 600)]);
    expect(await linesOf(format, [rows, rows.slice(0, 9).reverse(), rows])).toEqual(
      [...rows, ...rows.slice(0, 9).reverse(), ...rows].map(joined),
    );
  });

  it("holds large records", async () => {
    const record = `{"text":"${"é".repeat(3 << 20)}"}`;
    expect((await linesOf(format, [[[record, PREDICTION]]]))[0] === joined([record, PREDICTION])).toBe(true);
  });
});

it("reads as JSON, with tabs in strings escaped as they were", async () => {
  const record = '{"a":"\\t\\n"}';
  const [line] = await linesOf(tsvJsonOutput, [[[record, PREDICTION]]]);
  expect(line.split("\t")).toEqual([record, PREDICTION]);
  const [object] = await linesOf(jsonLinesOutput, [[[record, PREDICTION]]]);
  expect(JSON.parse(object)).toEqual({ input: { a: "\t\n" }, prediction: { species: "setosa" } });
});
