// Tests of MLModel: one prediction, batches with bad records in them, loading, metadata.
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import type { MLModel } from "../../models";
import {
  InferenceError,
  InvalidInputError,
  InvalidOutputError,
  ModelError,
  ModelLoadError,
  PredictionError,
  type BatchAnswer,
  type JsonSchema,
} from "../../models";
import {
  AsyncModel,
  BatchPoisonModel,
  PlainModel,
  POISON,
  PoisonModel,
  UnloadableModel,
  WrongModel,
  type PlainInput,
  type PlainOutput,
} from "./plain_model";

/** An answer in a line: the output as JSON, or the kind and message of its error. */
function told(answer: BatchAnswer<unknown>): string {
  return answer.error ? `${answer.error.kind}: ${answer.error.message}` : JSON.stringify(answer.output);
}

async function toldBatch(model: MLModel, batch: readonly unknown[]): Promise<string[]> {
  return (await model.predictBatch(batch)).map(told);
}

describe("one prediction", () => {
  test("is the model's answer", async () => {
    expect(await new PlainModel().predict({ a: 1, b: 2 })).toEqual({ sum: 3 });
  });

  test("may be answered later", async () => {
    expect(await new AsyncModel().predict({ a: 1, b: 2 })).toEqual({ sum: 3 });
  });

  test("is refused with the field and the reason when the data does not meet the input schema", async () => {
    const error = await new PlainModel().predict({ a: 1, b: "2" }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toBeInstanceOf(PredictionError);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({
      name: "InvalidInputError",
      code: "INVALID_INPUT",
      kind: "invalid_input",
      field: "b",
      reason: "must be number",
      message: "b must be number",
    });
  });

  test("fails with the model's own message when the model throws", async () => {
    const error = await new PoisonModel().predict({ a: POISON, b: 0 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InferenceError);
    expect(error).toMatchObject({
      code: "MODEL_ERROR",
      kind: "model_error",
      field: "",
      message: "13 is poison",
    });
    expect((error as Error).cause).toMatchObject({ message: "13 is poison" });
  });

  test.each([
    [1, "sum must be number"],
    [2, "sum must be number"],
    [3, "must be object"],
    [4, "difference is not in the schema"],
  ])("fails when the model gives the wrong output number %i", async (a, message) => {
    const error = await new WrongModel().predict({ a, b: 1 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InvalidOutputError);
    expect(error).toMatchObject({ code: "INVALID_OUTPUT", kind: "invalid_output", message });
  });

  test("fails when the answer is an infinity, which is no JSON number", async () => {
    await expect(new PlainModel().predict({ a: 1e308, b: 1e308 })).rejects.toThrow(InvalidOutputError);
  });

  test("tells what was thrown when that is no error", async () => {
    class TextThrower extends PlainModel {
      protected override infer(): PlainOutput {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw "out of paper";
      }
    }
    await expect(new TextThrower().predict({ a: 1, b: 2 })).rejects.toMatchObject({
      kind: "model_error",
      message: "out of paper",
    });
  });
});

describe("a batch", () => {
  test("that is empty has no answers", async () => {
    expect(await new PlainModel().predictBatch([])).toEqual([]);
  });

  test("is answered in its order, each bad record with its own error", async () => {
    const batch = [{ a: 1, b: 1 }, { a: POISON, b: 1 }, { a: 2 }, "x", { a: 3, b: 1, id: "c" }];
    const expected = ['{"sum":2}', "model_error: 13 is poison", "invalid_input: b is required"];
    expected.push("invalid_input: must be object", '{"sum":4}');
    expect(await toldBatch(new PoisonModel(), batch)).toEqual(expected);
    expect(await toldBatch(new BatchPoisonModel(), batch)).toEqual(expected);
  });

  test("is one call of inferBatch, without the records that the schema refuses", async () => {
    const model = new BatchPoisonModel();
    await model.predictBatch([{ a: 1, b: 1 }, { a: 1 }, { a: 2, b: 2 }]);
    expect(model.batches).toEqual([2]);
  });

  test("that makes the model throw is predicted one by one", async () => {
    const model = new BatchPoisonModel();
    await model.predictBatch([1, POISON, 3].map((a) => ({ a, b: 1 })));
    expect(model.batches).toEqual([3, 1, 1, 1]);
  });

  test("is not given to the model when nothing in it meets the schema", async () => {
    const model = new BatchPoisonModel();
    expect(await toldBatch(model, [null, 1])).toEqual(Array(2).fill("invalid_input: must be object"));
    expect(model.batches).toEqual([]);
  });

  test("with wrong outputs keeps the right ones", async () => {
    const batch = [0, 1, 2, 3, 4, 5].map((a) => ({ a, b: 1 }));
    expect(await toldBatch(new WrongModel(), batch)).toEqual([
      '{"sum":1}',
      "invalid_output: sum must be number",
      "invalid_output: sum must be number",
      "invalid_output: must be object",
      "invalid_output: difference is not in the schema",
      '{"sum":6}',
    ]);
  });

  test("for which the model has fewer answers than inputs is predicted one by one", async () => {
    class ForgetfulModel extends PlainModel {
      protected override async inferBatch(inputs: readonly PlainInput[]): Promise<PlainOutput[]> {
        return inputs.slice(0, 1).map(({ a, b }) => ({ sum: a + b }));
      }
    }
    const batch = [1, 2, 3].map((a) => ({ a, b: 0 }));
    expect(await toldBatch(new ForgetfulModel(), batch)).toEqual(['{"sum":1}', '{"sum":2}', '{"sum":3}']);
  });

  test("for which the model always has too many answers has errors", async () => {
    class TalkativeModel extends PlainModel {
      protected override async inferBatch(inputs: readonly PlainInput[]): Promise<PlainOutput[]> {
        return [...inputs, ...inputs].map(({ a, b }) => ({ sum: a + b }));
      }
    }
    const answer = "model_error: the model gave 2 answers to 1 inputs";
    expect(await toldBatch(new TalkativeModel(), Array(2).fill({ a: 1, b: 1 }))).toEqual([answer, answer]);
  });

  test("has for each record the answer that the record has alone", async () => {
    const number = fc.oneof(fc.constant(POISON), fc.integer(), fc.double());
    const record = fc.oneof(fc.record({ a: number, b: number }), fc.jsonValue());
    const [model, batchModel] = [new PoisonModel(), new BatchPoisonModel()];
    await fc.assert(
      fc.asyncProperty(fc.array(record), async (batch) => {
        const alone: string[] = [];
        for (const data of batch) alone.push(...(await toldBatch(model, [data])));
        expect(await toldBatch(batchModel, batch)).toEqual(alone);
      }),
    );
  });
});

describe("loading", () => {
  test("happens once for many predictions at the same time", async () => {
    let loads = 0;
    class CountingModel extends PlainModel {
      protected override async load(): Promise<void> {
        loads++;
        await setImmediate();
      }
    }
    const model = new CountingModel();
    expect(loads).toBe(0);
    const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => model.predict({ a, b: 1 })));
    await Promise.all([model.ready(), model.predictBatch([])]);
    expect(sums).toEqual(Array.from({ length: 50 }, (_, a) => ({ sum: a + 1 })));
    expect(loads).toBe(1);
  });

  class ModelThatThrowsAtOnce extends PlainModel {
    override readonly qualifiedName = "unloadable_model";
    protected override load(): Promise<void> {
      throw new Error("the weights are gone");
    }
  }

  test.each([UnloadableModel, ModelThatThrowsAtOnce])(
    "that fails is told by every call, %p",
    async (Model) => {
      const model = new Model();
      const calls = [
        () => model.predict({ a: 1, b: 2 }),
        () => model.predict({ a: 1, b: 2 }),
        () => model.predictBatch([{ a: 1 }]),
        () => model.predictBatch([]),
        () => model.ready(),
      ];
      for (const call of calls) {
        const error = await call().catch((error: unknown) => error);
        expect(error).toBeInstanceOf(ModelLoadError);
        expect(error).toMatchObject({
          code: "MODEL_LOAD",
          message: "Model 'unloadable_model' can't be loaded: the weights are gone",
        });
        expect((error as Error).cause).toMatchObject({ message: "the weights are gone" });
      }
    },
  );

  test("that fails with a ModelLoadError of the model's own keeps it as it is", async () => {
    const error = new ModelLoadError("Model 'plain_model' needs a licence. Buy one.");
    class LicensedModel extends PlainModel {
      protected override async load(): Promise<void> {
        throw error;
      }
    }
    await expect(new LicensedModel().predict({ a: 1, b: 2 })).rejects.toBe(error);
  });

  const wrongSchema: JsonSchema = { type: "nonsense" };

  class WrongInputSchema extends PlainModel {
    override readonly inputSchema = wrongSchema as PlainModel["inputSchema"];
  }

  class WrongOutputSchema extends PlainModel {
    override readonly outputSchema = wrongSchema as PlainModel["outputSchema"];
  }

  test.each([
    [WrongInputSchema, "the input schema of 'plain_model' is not a valid JSON Schema"],
    [WrongOutputSchema, "the output schema of 'plain_model' is not a valid JSON Schema"],
  ])("fails, and no record is blamed, when a schema is wrong: %p", async (Model, message) => {
    const error = await new Model().predictBatch([{ a: 1, b: 2 }]).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ModelLoadError);
    expect((error as Error).message).toContain(message);
  });
});

test("metadata says who the model is, and full metadata adds both schemas", () => {
  const model = new PlainModel();
  const metadata = {
    displayName: "Plain Model",
    qualifiedName: "plain_model",
    description: "Adds two numbers.",
    majorVersion: 1,
    minorVersion: 2,
  };
  const { inputSchema, outputSchema } = model;
  expect(model.metadata).toEqual(metadata);
  expect(model.fullMetadata).toEqual({ ...metadata, inputSchema, outputSchema });
});
