// Predictions of JSON texts: the same, errors and all, as those of their values, whichever way they are read.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { MLModel, OnnxModel, type JsonSchema, type OnnxOutputs } from "../../models";
import { DigitsModel } from "../../models/digits";
import { IrisModel } from "../../models/iris";
import type { JsonTexts } from "../../models/json_texts";
import { choices, spell, tree } from "../json_texts";
import { digitsRows, irisRows } from "./fixtures";
import { writeTinyOnnx } from "./tiny_onnx";

const folder = mkdtempSync(path.join(tmpdir(), "predict_texts-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() =>
  writeTinyOnnx(path.join(folder, "echo.onnx"), 4, [{ op: "Identity", output: "values", type: "float32" }]),
);
afterEach(() => jest.restoreAllMocks());

const POISON = 13;
const number = { type: "number" };

/** Gives its features back; of some it makes wrong outputs, and one spoils its whole batch. */
class EchoModel extends OnnxModel<object, unknown> {
  readonly displayName = "Echo";
  readonly qualifiedName = "echo_model";
  readonly description = "Gives its features back.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly outputSchema = { type: ["string", "object"], required: ["values"] };
  protected readonly file: string = path.join(folder, "echo.onnx");
  protected readonly input = { name: "features", type: "float32" } as const;
  protected readonly outputs = ["values"];
  protected readonly features = [
    { name: "first", size: 1 },
    { name: "middle", size: 2 },
    { name: "last", size: 1 },
  ];
  readonly inputSchema: JsonSchema;

  constructor(change: JsonSchema = {}) {
    super();
    this.inputSchema = {
      type: "object",
      properties: {
        first: { type: "number", minimum: -100 },
        middle: { type: "array", items: number, minItems: 2, maxItems: 2 },
        last: number,
      },
      required: ["first", "middle", "last"],
      ...change,
    };
  }

  protected readOutputs({ values }: OnnxOutputs, rows: number): unknown[] {
    return Array.from({ length: rows }, (_, row) => {
      const features = Array.from(values.data as Float32Array).slice(4 * row, 4 * (row + 1));
      if (features[0] === POISON) throw new Error("poison");
      if (features[0] === 1) return CONSTANT;
      if (features[0] === 2) return Object.freeze({ values: Object.freeze(features) });
      if (features[0] === 3) return WRONG;
      return features[0] === 4 ? "é€😀" : { values: features };
    });
  }
}

const CONSTANT = Object.freeze({ values: Object.freeze(["ä", "constant"]) });
const WRONG = Object.freeze({ nothing: 1 });

function textsOf(texts: readonly string[]): JsonTexts {
  let end = 0;
  return {
    bytes: Buffer.from(texts.join("")),
    ends: Uint32Array.from(texts, (text) => (end += Buffer.byteLength(text))),
  };
}

interface Told {
  texts: string[];
  errors: string[];
}

/** What a model says of texts, quickly or the long way, as the base of all models goes. */
async function told(
  model: MLModel,
  texts: readonly string[],
  seen: string[],
  isSlow: boolean,
): Promise<Told> {
  const { bytes, ends, errors } = isSlow
    ? await MLModel.prototype.predictTexts.call(model, textsOf(texts), seen)
    : await model.predictTexts(textsOf(texts), seen);
  expect(bytes).toHaveLength(ends.at(-1) ?? 0);
  return {
    texts: Array.from(ends, (end, i) => bytes.toString("utf8", i === 0 ? 0 : ends[i - 1], end)),
    errors: errors.map(({ row, error }) => `${row} ${error.kind} ${error.field} ${error.reason}`),
  };
}

const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("1", "2", "3", "4", "5", "0.1", "-7e-1", "-101", "16777217", "1e39"),
  },
  { weight: 1, arbitrary: fc.constantFrom(String(POISON), "null", "[1,2]", '"1"', "1e999", "{}") },
);
const member = fc.oneof(
  { weight: 8, arbitrary: fc.constant('"first":') },
  { weight: 1, arbitrary: fc.constantFrom('"fir\\u0073t":', '"other":', '"":') },
);
const record = fc
  .tuple(member, value, value, value, value, fc.nat(9), fc.constantFrom("", ',"id":"}{"', ',"last":5'))
  .map(([first, a, b, c, d, order, more]) => {
    const members = [`${first}${a}`, `"middle":[${b},${c}]`, `"last":${d}`];
    if (order > 6) members.reverse();
    return `{${(order === 6 ? members.slice(1) : members).join(",")}${more}}`;
  });
const anyText = fc.tuple(tree, choices).map(([tree, choices]) => spell(tree, choices));
const someTexts = fc.array(fc.oneof({ weight: 9, arbitrary: record }, { weight: 1, arbitrary: anyText }));

describe("any texts have the predictions of their values", () => {
  test.each<[string, JsonSchema]>([
    ["all fields seen, others refused", { additionalProperties: false }],
    ["all fields seen, others allowed", {}],
    ["a schema that is not read quickly", { minProperties: 3 }],
  ])("%s", async (_, change) => {
    const model = new EchoModel(change);
    for (const seen of [[], ["first", "middle", "last"]]) {
      await fc.assert(
        fc.asyncProperty(someTexts, async (texts) => {
          expect(await told(model, texts, seen, false)).toEqual(await told(model, texts, seen, true));
        }),
        { numRuns: 60 },
      );
    }
  });
});

test.each([
  ["iris_model", new IrisModel(), irisRows().map(({ input }) => JSON.stringify(input))],
  ["digits_model", new DigitsModel(), digitsRows().map(({ input }) => JSON.stringify(input))],
])("%s reads its records quickly, alone or together", async (_, model, texts) => {
  const slow = await told(model, texts, [], true);
  expect(slow.errors).toEqual([]);
  const parse = jest.spyOn(JSON, "parse");
  expect(await told(model, texts, [], false)).toEqual(slow);
  for (let i = 0; i < 50; i++)
    expect((await told(model, [texts[i]], [], false)).texts).toEqual([slow.texts[i]]);
  expect(parse).not.toHaveBeenCalled();
});

test("calls that wait for each other do not mix their numbers", async () => {
  const model = new EchoModel();
  const call = (first: number) =>
    told(model, Array<string>(200).fill(`{"first":${first},"middle":[0,0],"last":${first}}`), [], false);
  const all = await Promise.all([5, 6, 7, 8].map(call));
  all.forEach(({ texts }, i) =>
    expect(new Set(texts)).toEqual(new Set([`{"values":[${i + 5},0,0,${i + 5}]}`])),
  );
});

test("an output that is not quite frozen is written anew", async () => {
  const inner = [0];
  const output = Object.freeze({ values: inner });
  class ChangingModel extends EchoModel {
    protected override readOutputs(): unknown[] {
      inner[0]++;
      return [output];
    }
  }
  const model = new ChangingModel();
  const text = ['{"first":5,"middle":[0,0],"last":5}'];
  for (const expected of [1, 2, 3])
    expect((await told(model, text, [], false)).texts).toEqual([`{"values":[${expected}]}`]);
});

test("more outputs than are kept are all written", async () => {
  const texts = Array.from({ length: 3000 }, (_, i) => `{"first":2,"middle":[${i},0],"last":1}`);
  const { texts: answers } = await told(new EchoModel(), [...texts, ...texts], [], false);
  expect(answers).toEqual([...texts, ...texts].map((_, i) => `{"values":[2,${i % 3000},0,1]}`));
});

test("a model that says itself how it predicts is asked", async () => {
  class OwnModel extends EchoModel {
    protected override async inferBatch(inputs: readonly object[]): Promise<unknown[]> {
      return inputs.map(() => ({ values: "own" }));
    }
  }
  const { texts } = await told(new OwnModel(), ['{"first":5,"middle":[0,0],"last":5}'], [], false);
  expect(texts).toEqual(['{"values":"own"}']);
});

test("nothing is asked of nothing", async () => {
  expect(await told(new IrisModel(), [], [], false)).toEqual({ texts: [], errors: [] });
});
