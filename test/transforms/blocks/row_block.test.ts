// Rows that stand in one buffer are written as their columns are, and by formats of lines without any.
import { encodeKeyedBlock, decodeKeyedBlock } from "../../../transforms/blocks/keyed_block";
import type { PredictionBlock } from "../../../transforms/blocks/prediction_block";
import {
  ByteColumn,
  fileEncoder,
  WHOLE_LAYOUT,
  type OutputFormatName,
  type OutputLayout,
} from "../../../storage";

const LONG = "x".repeat(700);
const COLUMNS: PredictionBlock = {
  records: ByteColumn.of(['{"a":1,"b":"é"}', '{"b":2}', `{"a":"${LONG}"}`, "7", '{"a":3}']),
  predictions: ByteColumn.of(['{"p":1}', "null", '{"p":3}', `"${LONG}"`, '{"p":5}']),
  outcomes: Uint8Array.of(0, 1, 0, 2, 3),
};
const { rows: ROWS } = decodeKeyedBlock(encodeKeyedBlock(COLUMNS, new Float64Array(5)));

async function written(
  format: OutputFormatName,
  layout: OutputLayout,
  block: PredictionBlock,
): Promise<string> {
  return (await fileEncoder({ format, layout }, "job").encode(block)).toString();
}

test.each<[string, OutputFormatName, Partial<OutputLayout>]>([
  ["as they are", "tsv-json", {}],
  ["in an object", "jsonl", {}],
  ["without the record", "tsv-json", { join: "none" }],
  ["without the record, in an object", "jsonl", { join: "none" }],
  ["with some of its fields", "tsv-json", { select: ["b"] }],
])("are written %s (%s)", async (_, format, layout) => {
  const whole = { ...WHOLE_LAYOUT, ...layout };
  const expected = await written(format, whole, COLUMNS);
  expect(expected.split("\n")).toHaveLength(6);
  expect(await written(format, whole, ROWS)).toBe(expected);
  const some = ROWS.pick(Uint32Array.of(1, 2, 4));
  const lines = expected.split("\n");
  expect(await written(format, whole, some)).toBe([lines[1], lines[2], lines[4], ""].join("\n"));
});

test("need no columns to be written as lines", async () => {
  const { rows } = decodeKeyedBlock(encodeKeyedBlock(COLUMNS, new Float64Array(5)));
  for (const column of ["records", "predictions"])
    Object.defineProperty(rows, column, {
      get: () => {
        throw new Error(`${column} were made`);
      },
    });
  for (const format of ["tsv-json", "jsonl"] as const)
    expect(await written(format, WHOLE_LAYOUT, rows)).toBe(await written(format, WHOLE_LAYOUT, COLUMNS));
});
