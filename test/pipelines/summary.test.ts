// The summary of a finished job: its counts and its rate, for people and for machines.
import { summarize, summaryText, type Summary } from "../../pipelines/summary";

const NAMES = { model: "iris_model", runner: "direct", output: "out.ldjson", errors: "failed.ldjson" };
const COUNTS = {
  read: 1_234_567,
  blank: 0,
  unreadable: { not_json: 0, not_csv: 0, not_utf8: 0, too_long: 0 },
  duplicates: 0,
  distinct: 1_234_567,
  predicted: 1_234_567,
  null: { invalid_input: 0, model_error: 0, invalid_output: 0 },
  failures: 0,
};

function textOf(change: Partial<Summary>): string[] {
  return summaryText(summarize({ ...COUNTS, ...change }, NAMES, 2.34567)).split("\n");
}

test("the rate is that of the lines read, the time has milliseconds", () => {
  expect(summarize(COUNTS, NAMES, 2.34567)).toEqual({
    ...NAMES,
    ...COUNTS,
    seconds: 2.346,
    records_per_second: 526_317,
  });
});

test("a person reads numbers with separators in a column, the rate and where the output is", () => {
  expect(textOf({})).toEqual([
    "read            1,234,567",
    "unreadable              0",
    "duplicates              0",
    "distinct        1,234,567",
    "  predicted     1,234,567",
    "  null                  0",
    "526,317 records per second, 2.35 s",
    "predictions: out.ldjson",
  ]);
});

test("what went wrong is counted by its kind, those kinds alone that there were", () => {
  const text = textOf({
    blank: 1000,
    unreadable: { not_json: 2, not_csv: 0, not_utf8: 0, too_long: 1 },
    null: { invalid_input: 0, model_error: 4, invalid_output: 0 },
    failures: 7,
  });
  expect(text[0]).toBe("read            1,234,567  (and 1,000 blank lines)");
  expect(text[1]).toBe("unreadable              3  (2 not_json, 1 too_long)");
  expect(text[5]).toBe("  null                  4  (4 model_error)");
  expect(text.at(-1)).toBe("7 failures: failed.ldjson");
});

test("one failure is one failure", () => {
  expect(textOf({ failures: 1 }).at(-1)).toBe("1 failure: failed.ldjson");
});

test("most lines not being JSON is pointed out, and streams are called by their names", () => {
  const unreadable = { not_json: 1_000_000, not_csv: 0, not_utf8: 0, too_long: 0 };
  const text = textOf({ unreadable, failures: 1_000_000, output: "-", errors: "-" });
  expect(text.slice(-3)).toEqual([
    "predictions: standard output",
    "1,000,000 failures: standard error",
    "Most lines are not JSON. Another format is named by --input_format or the file's extension, gzip and zstd by .gz and .zst.",
  ]);
});
