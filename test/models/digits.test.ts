// Tests of the digits model: scikit-learn's digits and probabilities, to the bit the same whatever the batch.
import { DigitsModel, type DigitsOutput } from "../../models/digits";
import { digitsRows } from "./fixtures";

const rows = digitsRows();
const inputs = rows.map(({ input }) => input);
const model = new DigitsModel();
const PIXELS = inputs[0].pixels;

/** The outputs of pictures that all meet the schema. */
async function outputsOf(batch: readonly unknown[], by = model): Promise<DigitsOutput[]> {
  return (await by.predictBatch(batch)).map((answer) => {
    if (answer.error) throw answer.error;
    return answer.output;
  });
}

/** An output with its probabilities as the bits that they are. */
function bits({ digit, probabilities }: DigitsOutput): string {
  return `${digit} ${Buffer.from(Float64Array.from(probabilities).buffer).toString("hex")}`;
}

test("the fixture holds 297 pictures, and every digit", () => {
  expect(rows).toHaveLength(297);
  expect(new Set(rows.map(({ output }) => output.digit)).size).toBe(10);
});

test("the digits are scikit-learn's, the probabilities within 1e-12", async () => {
  const outputs = await outputsOf(inputs);
  expect(outputs.map(({ digit }) => digit)).toEqual(rows.map(({ output }) => output.digit));
  const differences = outputs.flatMap(({ probabilities }, row) =>
    probabilities.map((probability, digit) => Math.abs(probability - rows[row].output.probabilities[digit])),
  );
  expect(differences).toHaveLength(297 * 10);
  expect(Math.max(...differences)).toBeLessThan(1e-12);
});

test("the digit is the most probable, and the probabilities add up to one", async () => {
  for (const { digit, probabilities } of await outputsOf(inputs)) {
    expect(digit).toBe(probabilities.indexOf(Math.max(...probabilities)));
    expect(probabilities.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 12);
  }
});

describe("the bits of a prediction", () => {
  let expected: string[];
  beforeAll(async () => {
    expected = [];
    for (const input of inputs) expected.push(bits(await model.predict(input)));
  });

  test.each([1, 2, 3, 5, 7, 8, 16, 17, 64, 100, 297])("are the same in batches of %i", async (size) => {
    for (const first of [0, 1, 2]) {
      for (let start = first; start < inputs.length; start += size) {
        const batch = inputs.slice(start, start + size);
        const same = expected.slice(start, start + size);
        expect((await outputsOf(batch)).map(bits)).toEqual(same);
        expect((await outputsOf(batch.reverse())).map(bits)).toEqual(same.reverse());
      }
    }
  });

  test("are the same with two threads", async () => {
    const onnx = { intraOpNumThreads: 2, interOpNumThreads: 2, executionProviders: ["cpu"] };
    expect((await outputsOf(inputs, new DigitsModel({ onnx }))).map(bits)).toEqual(expected);
  });

  test("are the same beside a record that is refused", async () => {
    const answers = await model.predictBatch([inputs[0], { pixels: [] }, inputs[1]]);
    const told = answers.map((answer) => (answer.error ? answer.error.message : bits(answer.output)));
    expect(told).toEqual([expected[0], "pixels must NOT have fewer than 64 items", expected[1]]);
  });
});

test.each([
  ["a list of 65", { pixels: [...PIXELS, 0] }, "pixels must NOT have more than 64 items"],
  ["a text in the list", { pixels: PIXELS.with(3, "1" as unknown as number) }, "pixels[3] must be number"],
  ["a pixel that is too black", { pixels: PIXELS.with(63, 16.5) }, "pixels[63] must be <= 16"],
  ["a pixel that is too white", { pixels: PIXELS.with(0, -1) }, "pixels[0] must be >= 0"],
  ["NaN in the list", { pixels: PIXELS.with(9, NaN) }, "pixels[9] must be number"],
  ["an extra field", { pixels: PIXELS, id: 1 }, "id is not in the schema"],
  ["bare numbers", PIXELS, "must be object"],
  ["no pixels", {}, "pixels is required"],
])("refuses %s", async (_what, data, message) => {
  await expect(model.predict(data)).rejects.toMatchObject({ kind: "invalid_input", message });
});
