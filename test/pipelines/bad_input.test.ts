// Input that is empty, broken or too large: every line is accounted for, and the rest is predicted.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { commandTest, predictionsOf, total, type Counts, type Workplace } from "./command";

const GOOD = [5, 6, 7].map(
  (size) => `{"sepal_length":${size},"sepal_width":3,"petal_length":1.5,"petal_width":0.2}`,
);

const CALL = "--input input.ldjson --output output.ldjson --summary json";

async function countsOf(place: Workplace, options = ""): Promise<Counts> {
  const { status, stdout } = await place.run(`${CALL} ${options}`);
  expect(status).toBe(0);
  return JSON.parse(stdout) as Counts;
}

function expectSums({ read, unreadable, duplicates, distinct, predicted, null: none }: Counts): void {
  expect(read).toBe(total(unreadable) + duplicates + distinct);
  expect(distinct).toBe(predicted + total(none));
}

const ZEROS: Counts = {
  read: 0,
  blank: 0,
  unreadable: { not_json: 0, not_csv: 0, not_utf8: 0, too_long: 0 },
  duplicates: 0,
  distinct: 0,
  predicted: 0,
  null: { invalid_input: 0, model_error: 0, invalid_output: 0 },
  failures: 0,
};

commandTest("an empty file gives empty outputs and counts of zero", async (place) => {
  place.write("input.ldjson", "");
  expect(await countsOf(place)).toMatchObject(ZEROS);
  expect([place.read("output.ldjson"), place.read("output.errors.ldjson")]).toEqual(["", ""]);
});

commandTest("a file of blank lines gives empty outputs, and says how many there were", async (place) => {
  place.write("input.ldjson", "\n \t\n\r\n\n");
  expect(await countsOf(place)).toMatchObject({ ...ZEROS, blank: 4 });
  expect(place.read("output.ldjson")).toBe("");
});

commandTest("an empty file gives a folder with one empty shard", async (place) => {
  place.write("input.ldjson", "");
  expect((await place.run("--input input.ldjson --output output/")).status).toBe(0);
  expect(place.names("output")).toEqual(["_SUCCESS", "part-00000-of-00001.ldjson"]);
  expect(place.read("output/part-00000-of-00001.ldjson")).toBe("");
});

commandTest(
  "JSON that the model can't take is in the output with null, and in the errors output",
  async (place) => {
    place.write("input.ldjson", `${GOOD[0]}\n[1,2]\nnull\n{}\n${GOOD[1]}\n`);
    const counts = await countsOf(place);
    expect(counts).toMatchObject({
      read: 5,
      distinct: 5,
      predicted: 2,
      null: { invalid_input: 3 },
      failures: 3,
    });
    const predictions = predictionsOf(place.read("output.ldjson"));
    expect(["[1,2]", "null", "{}"].map((record) => predictions.get(record))).toEqual([null, null, null]);
    expect(predictions.get(GOOD[0])).toEqual({ species: "setosa" });
    expect(place.failures()).toMatchObject([
      { kind: "invalid_input", file: "input.ldjson", line: 2, reason: "must be object", record: [1, 2] },
      { kind: "invalid_input", file: "input.ldjson", line: 3, reason: "must be object", record: null },
      { kind: "invalid_input", file: "input.ldjson", line: 4, reason: "is required", record: {} },
    ]);
  },
);

commandTest(
  "lines that are no records are in the errors output alone, with file, line and reason",
  async (place) => {
    const lines = [GOOD[0], "not json", '"\xff"', "", '{"a":1', '{"a":1} {"a":2}', "NaN", "  ", GOOD[1]];
    place.write("input.ldjson", Buffer.from(lines.join("\n"), "latin1"));
    const counts = await countsOf(place);
    expect(counts).toMatchObject({
      read: 7,
      blank: 2,
      distinct: 2,
      unreadable: { not_json: 4, not_utf8: 1 },
    });
    expectSums(counts);
    expect([...predictionsOf(place.read("output.ldjson")).keys()].sort()).toEqual(GOOD.slice(0, 2));
    const failures = place.failures();
    expect(failures.map(({ line, kind, file }) => [line, kind, file])).toEqual([
      [2, "not_json", "input.ldjson"],
      [3, "not_utf8", "input.ldjson"],
      [5, "not_json", "input.ldjson"],
      [6, "not_json", "input.ldjson"],
      [7, "not_json", "input.ldjson"],
    ]);
    for (const { reason } of failures) expect(reason).toMatch(/^(is|has|ends) .+/);
    expect(failures[0].content).toBe("not json");
  },
);

commandTest(
  "a line of 200 MB is refused in little memory, and the lines around it are predicted",
  async (place) => {
    const megabyte = Buffer.alloc(1 << 20, "x");
    const parts = [`${GOOD[0]}\n"`, ...Array<Buffer>(200).fill(megabyte), `"\n${GOOD[1]}\n${GOOD[0]}\n`];
    await pipeline(Readable.from(parts), createWriteStream(place.path("input.ldjson")));
    place.write(
      "peak.js",
      `process.on("exit", () => require("fs").writeFileSync("peak", String(process.resourceUsage().maxRSS)));`,
    );
    const { ended } = place.start(CALL, {
      node: ["--require", "./peak.js"],
    });
    const counts = JSON.parse((await ended).stdout) as Counts;
    expect(counts).toMatchObject({ read: 4, duplicates: 1, distinct: 2, predicted: 2, failures: 1 });
    expect(counts.unreadable.too_long).toBe(1);
    expectSums(counts);
    expect(place.lines("output.ldjson")).toHaveLength(2);
    const [failure] = place.failures();
    expect(failure).toMatchObject({ kind: "too_long", file: "input.ldjson", line: 2 });
    expect(failure.reason).toBe("has 209715202 bytes, more than 16777216");
    expect(failure.content).toBe(`"${"x".repeat(999)}`);
    expect(Number(place.read("peak"))).toBeLessThan(500 * 1024);
  },
);

commandTest(
  "--max_record_bytes refuses the lines that are longer, and takes those that are as long",
  async (place) => {
    place.write("input.ldjson", `${GOOD[0]}\n${GOOD[1]} \n${GOOD[2]}\r\n`);
    const counts = await countsOf(place, `--max_record_bytes ${GOOD[0].length}`);
    expect(counts).toMatchObject({ read: 3, distinct: 2, unreadable: { too_long: 1 } });
    expect(place.failures()).toMatchObject([{ kind: "too_long", line: 2 }]);
  },
);

commandTest(
  "the counts add up, and every failure has a line in the errors output, in any mixture",
  async (place) => {
    const kinds = [...GOOD, "null", "{}", "not json", "", "x".repeat(300), '"\xff"'];
    const lines = Array.from({ length: 5000 }, (_, i) => kinds[(i * i + (i >> 3)) % kinds.length]);
    place.write("input.ldjson", Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1"));
    const counts = await countsOf(place, "--max_record_bytes 200 --batch_size 64");
    const of = (kind: string): number => lines.filter((line) => line === kind).length;
    expectSums(counts);
    expect(counts).toMatchObject({
      read: 5000 - of(""),
      blank: of(""),
      unreadable: { not_json: of("not json"), not_utf8: of('"\xff"'), too_long: of("x".repeat(300)) },
      distinct: 5,
      predicted: 3,
    });
    expect(counts.failures).toBe(total(counts.unreadable) + of("null") + of("{}"));
    expect(place.lines("output.errors.ldjson")).toHaveLength(counts.failures);
  },
);
