// --max_failures: too many failures are a failed job, which leaves the outputs of the run before as they were.
import { commandTest, commandTests, linesOf, type Workplace } from "./command";

function writeOutputs(place: Workplace): void {
  place.write("output.ldjson", "old\n");
  place.write("output.errors.ldjson", "old errors\n");
}

commandTests([["0"], ["5%"], ["6.6%"]])(
  "%s fails the job for 1 failure of 15 lines",
  async (place, limit) => {
    writeOutputs(place);
    const { status, stdout, stderr } = await place.run(
      `--input ../sample.ldjson --output output.ldjson --max_failures ${limit}`,
    );
    expect([status, stdout]).toEqual([1, ""]);
    const [message, ...examples] = linesOf(stderr);
    expect(message).toMatch(/^Too many failures: (at least 1 line|1 of 15 lines) failed, /);
    expect(message).toContain(`more than --max_failures ${limit} allows. The output was left as it was.`);
    expect(examples).toEqual([`  ../sample.ldjson, line 15: petal_width must be number`]);
    expect(place.names()).toEqual(["output.errors.ldjson", "output.ldjson"]);
    expect([place.read("output.ldjson"), place.read("output.errors.ldjson")]).toEqual([
      "old\n",
      "old errors\n",
    ]);
  },
);

commandTests([["1"], ["50%"], ["6.7%"]])("%s allows 1 failure of 15 lines", async (place, limit) => {
  const { status } = await place.run(
    `--input ../sample.ldjson --output output.ldjson --max_failures ${limit} --quiet`,
  );
  expect(status).toBe(0);
  expect([place.lines("output.ldjson").length, place.failures().length]).toEqual([15, 1]);
});

commandTest("the message shows three examples, of lines that are no records too", async (place) => {
  writeOutputs(place);
  place.write("bad.ldjson", "a\nb\nc\nd\n");
  const { status, stderr } = await place.run("--input bad.ldjson --output new/ --max_failures 2");
  expect(status).toBe(1);
  const [message, ...examples] = linesOf(stderr);
  expect(message).toContain("Too many failures: at least 4 lines failed");
  expect(examples).toHaveLength(3);
  for (const example of examples)
    expect(example).toMatch(/^ {2}bad\.ldjson, line [1-4]: has an unexpected '[abcd]'/);
  expect(place.exists("new")).toBe(false);
  expect(place.names()).toEqual(["bad.ldjson", "output.errors.ldjson", "output.ldjson"]);
});

commandTest("0% of an empty file is not exceeded", async (place) => {
  place.write("empty.ldjson", "");
  const { status } = await place.run("--input empty.ldjson --output output.ldjson --max_failures 0%");
  expect([status, place.read("output.ldjson")]).toEqual([0, ""]);
});
