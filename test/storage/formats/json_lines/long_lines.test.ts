// A line of 200 MB: it is told as too long, and never held.
import { jsonLinesInput } from "../../../../storage/formats/json_lines";
import { repeated } from "../generated_file";
import { joined, WHOLE } from "../reading";

const MB = 1 << 20;

it.each([
  ["in the middle", "1\n", "\n2\n"],
  ["at the beginning", "", "\n1\n2\n"],
  ["at the end", "1\n2\n", ""],
])("a line of 200 MB is too long and is not held in memory: %s", async (_, before, behind) => {
  const file = repeated(before, Buffer.alloc(MB, "x"), 200, behind);
  const options = { maxRecordBytes: 4 * MB, batchSize: 10, batchBytes: MB };
  const batches = [];
  for await (const batch of jsonLinesInput.read(file, WHOLE, options)) batches.push(batch);
  const { records, unreadable } = joined(batches);
  expect(records.map(({ text }) => text)).toEqual(["1", "2"]);
  expect(unreadable).toMatchObject([{ kind: "too_long", reason: "has 209715200 bytes, more than 4194304" }]);
  expect(unreadable[0].content).toHaveLength(1000);
  expect(file.mostHeld / MB).toBeLessThan(20);
});
