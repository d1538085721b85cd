// Tests of the iris model: scikit-learn's answers, whatever the batch and the threads; a closed schema.
import fc from "fast-check";
import { IrisModel } from "../../models/iris";
import { irisRows } from "./fixtures";

const rows = irisRows();
const inputs = rows.map(({ input }) => input);
const model = new IrisModel();
const twoThreads = new IrisModel({
  onnx: { intraOpNumThreads: 2, interOpNumThreads: 1, executionProviders: ["cpu"] },
});
const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

/** The species that a model says; a record without an answer has its error's message. */
async function speciesOf(batch: readonly unknown[], by = model): Promise<string[]> {
  const answers = await by.predictBatch(batch);
  return answers.map((answer) => (answer.error ? answer.error.message : answer.output.species));
}

/** Places of rows, for batches of 1 to 300. */
const places = fc.array(fc.nat(rows.length - 1), { minLength: 1, maxLength: 300, size: "max" });

test("the fixture holds the iris data and 10,000 points, and every species", () => {
  expect(rows).toHaveLength(150 + 10_000);
  expect(new Set(rows.map(({ species }) => species)).size).toBe(3);
});

test("the species is scikit-learn's for all rows in one batch", async () => {
  expect(await speciesOf(inputs)).toEqual(rows.map(({ species }) => species));
});

test("the species is scikit-learn's for all rows in one batch with two threads", async () => {
  expect(await speciesOf(inputs, twoThreads)).toEqual(rows.map(({ species }) => species));
});

test("the species is scikit-learn's for all rows in batches of random sizes", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(sizes, async (sizes) => {
      const species: string[] = [];
      for (let i = 0; species.length < inputs.length; i++) {
        const batch = inputs.slice(species.length, species.length + sizes[i % sizes.length]);
        species.push(...(await speciesOf(batch)));
      }
      expect(species).toEqual(rows.map(({ species }) => species));
    }),
    { numRuns: 10 },
  );
});

test("the species is scikit-learn's whatever the other rows of the batch, their order and the threads", async () => {
  await fc.assert(
    fc.asyncProperty(places, async (places) => {
      const batch = places.map((place) => inputs[place]);
      const expected = places.map((place) => rows[place].species);
      expect(await speciesOf(batch)).toEqual(expected);
      expect(await speciesOf(batch, twoThreads)).toEqual(expected);
    }),
  );
});

test("any flower has the answer in a batch that it has alone", async () => {
  const size = fc.oneof(
    fc.double({ min: 0, max: 8, noNaN: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
  );
  const flower = fc.record(
    { sepal_length: size, sepal_width: size, petal_length: size, petal_width: size },
    { noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(flower, { minLength: 1, maxLength: 300, size: "max" }), async (batch) => {
      const alone: string[] = [];
      for (const data of batch) alone.push(...(await speciesOf([data])));
      expect(await speciesOf(batch)).toEqual(alone);
      expect(await speciesOf([...batch].reverse())).toEqual([...alone].reverse());
      expect(await speciesOf(batch, twoThreads)).toEqual(alone);
    }),
    { numRuns: 20 },
  );
});

test("integers are numbers", async () => {
  const data: unknown = JSON.parse(
    '{"sepal_length": 5, "sepal_width": 3, "petal_length": 1, "petal_width": 0}',
  );
  expect(await model.predict(data)).toEqual({ species: "setosa" });
});

test.each([
  ["an extra field", { ...FLOWER, colour: "blue" }, "colour is not in the schema"],
  ["a text for a number", { ...FLOWER, petal_width: "0.2" }, "petal_width must be number"],
  ["null for a number", { ...FLOWER, petal_width: null }, "petal_width must be number"],
  ["a number too large", { ...FLOWER, petal_width: Number("1e400") }, "petal_width must be number"],
  ["no petal", { sepal_length: 5.1, sepal_width: 3.5 }, "petal_length is required"],
  ["no fields", {}, "petal_length is required"],
  ["a list", [5.1, 3.5, 1.4, 0.2], "must be object"],
])("refuses %s and keeps its neighbours' answers", async (_what, data, message) => {
  expect(await speciesOf([FLOWER, data, FLOWER])).toEqual(["setosa", message, "setosa"]);
});

test("an answer can't be changed for those who get the same one later", async () => {
  const output = await model.predict(FLOWER);
  expect(() => Object.assign(output, { species: "rose" })).toThrow(TypeError);
  expect(await model.predict(FLOWER)).toEqual({ species: "setosa" });
});
