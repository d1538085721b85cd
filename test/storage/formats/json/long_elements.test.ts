// An element of 200 MB, an array that never ends: they are told, and never held.
import { jsonInput } from "../../../../storage/formats/json";
import { repeated } from "../generated_file";
import { joined, WHOLE } from "../reading";

const MB = 1 << 20;
const OPTIONS = { maxRecordBytes: 4 * MB, batchSize: 10, batchBytes: MB };

it.each([
  ["a string", '[1, "', "x", '", 2]', ["1", "2"]],
  ["a string between values", '1 "', "x", '"\n2', ["1", "2"]],
  ["a list", "[1, [", "1,", "1], 2]", ["1", "2"]],
  ["a number that goes on", "[1, 2", "3", ", 2]", ["1", "2"]],
  ["a line of text", "1\n", "x", "\n2", ["1", "2"]],
])("%s of 200 MB is too long and is not held in memory", async (_, before, fill, behind, texts) => {
  const file = repeated(before, Buffer.alloc(MB, fill), 200, behind);
  const batches = [];
  for await (const batch of jsonInput.read(file, WHOLE, OPTIONS)) batches.push(batch);
  const { records, unreadable } = joined(batches);
  expect(records.map(({ text }) => text)).toEqual(texts);
  expect(unreadable).toMatchObject([{ kind: "too_long" }]);
  expect(unreadable[0].reason).toMatch(/^has 2097\d{5} bytes, more than 4194304$/);
  expect(unreadable[0].content).toHaveLength(1000);
  expect(file.mostHeld / MB).toBeLessThan(20);
});

it.each([
  ["white space", "[1, ", " \n", "2", "ends too early: the array has no closing bracket"],
  ["what stands behind an array", "[1]", "x", "", "stands behind the array's closing bracket"],
])("200 MB of %s are not held in memory", async (_, before, fill, behind, reason) => {
  const file = repeated(before, Buffer.alloc(MB, fill), 200, behind);
  const batches = [];
  for await (const batch of jsonInput.read(file, WHOLE, OPTIONS)) batches.push(batch);
  const { records, unreadable } = joined(batches);
  expect(records.map(({ text }) => text)).toEqual(["1"]);
  expect(unreadable).toMatchObject([{ kind: "not_json", reason }]);
  expect(file.mostHeld / MB).toBeLessThan(20);
});
