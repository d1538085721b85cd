// Tests of the base of ONNX models: features in, values or labels out, session options, and when the session opens.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import {
  DevConfig,
  labelsOf,
  ModelLoadError,
  OnnxModel,
  type OnnxOutputs,
  type OnnxSettings,
} from "../../models";
import { IrisModel } from "../../models/iris";
import { writeTinyOnnx } from "./tiny_onnx";

const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
const folder = mkdtempSync(path.join(tmpdir(), "onnx_model-"));

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env.APP_SETTINGS;
});

/** The session that a model opens. */
async function sessionOf(model: OnnxModel): Promise<InferenceSession> {
  const create = jest.spyOn(InferenceSession, "create");
  await model.ready();
  return create.mock.results[0].value as Promise<InferenceSession>;
}

/** Gives its features back, as numbers and as texts. */
class EchoModel extends OnnxModel<object, { values: number[]; labels?: string[]; whole?: number[] }> {
  readonly displayName = "Echo";
  readonly qualifiedName = "echo_model";
  readonly description = "Gives its features back.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  // It says too little on purpose: the base class must not rely on it.
  readonly inputSchema = { type: "object" };
  readonly outputSchema = { type: "object" };
  protected readonly file: string = path.join(folder, "echo.onnx");
  protected readonly input = { name: "features", type: "float32" } as const;
  protected readonly features = [
    { name: "first", size: 1 },
    { name: "middle", size: 2 },
    { name: "last", size: 1 },
  ];
  protected readonly outputs: string[] = ["values", "labels", "whole"];

  protected readOutputs(outputs: OnnxOutputs, rows: number): Record<"values", number[]>[] {
    return Array.from({ length: rows }, (_, row) => {
      const entries = this.outputs.map((name) => {
        const data = Array.from(outputs[name].data as ArrayLike<unknown>).slice(4 * row, 4 * (row + 1));
        return [name, name === "whole" ? data.map(Number) : data];
      });
      return Object.fromEntries(entries) as Record<"values", number[]>;
    });
  }
}

beforeAll(() =>
  writeTinyOnnx(path.join(folder, "echo.onnx"), 4, [
    { op: "Identity", output: "values", type: "float32" },
    { op: "Cast", output: "labels", type: "string" },
    { op: "Cast", output: "whole", type: "int64" },
  ]),
);

describe("tensors", () => {
  test("are made of the named features in their order, whatever the order of the record's fields", async () => {
    const batch = [
      { first: 1, middle: [2, 3], last: 4 },
      { last: 8, unread: 0, middle: [6, 7], first: 5.5 },
    ];
    expect(await new EchoModel().predictBatch(batch)).toEqual([
      { output: { values: [1, 2, 3, 4], labels: ["1", "2", "3", "4"], whole: [1, 2, 3, 4] } },
      { output: { values: [5.5, 6, 7, 8], labels: ["5.5", "6", "7", "8"], whole: [5, 6, 7, 8] } },
    ]);
  });

  test("of a graph of float32 hold numbers rounded to it", async () => {
    const { values } = await new EchoModel().predict({ first: 0.1, middle: [0.2, 16777217], last: -0 });
    expect(values).toEqual([0.1, 0.2, 16777217, -0].map(Math.fround));
  });

  test("are only those outputs that the model names", async () => {
    class ValuesModel extends EchoModel {
      protected override readonly outputs = ["values"];
    }
    const model = new ValuesModel();
    const run = jest.spyOn(await sessionOf(model), "run");
    expect(await model.predict({ first: 1, middle: [2, 3], last: 4 })).toEqual({ values: [1, 2, 3, 4] });
    expect(run).toHaveBeenCalledWith(expect.anything(), ["values"]);
  });

  test.each([
    ["too few numbers", { first: 1, middle: [2], last: 4 }],
    ["too many numbers", { first: 1, middle: [2, 3, 4], last: 5 }],
    ["no array", { first: 1, middle: 2, last: 4 }],
    ["an array for one number", { first: [1, 2], middle: [2, 3], last: 4 }],
    ["no field", { first: 1, last: 4 }],
  ])("do not slip where a record has %s for a feature", async (_what, record) => {
    const good = { first: 1, middle: [2, 3], last: 4 };
    const answers = await new EchoModel().predictBatch([good, record, good]);
    expect(answers.map(({ error }) => error?.kind)).toEqual([undefined, "model_error", undefined]);
    expect(answers[1].error?.message).toMatch(/^feature '(first|middle)' must be (a number|2 numbers)$/);
    expect(answers[2]).toMatchObject({ output: { values: [1, 2, 3, 4] } });
  });
});

test("integer labels are plain numbers, unless they are no labels", () => {
  const labels = [0n, 1n, -1n, 2n ** 31n - 1n, -(2n ** 31n)];
  const tensor = (values: bigint[]) => new Tensor("int64", BigInt64Array.from(values), [values.length]);
  expect(Array.from(labelsOf(tensor(labels)))).toEqual(labels.map(Number));
  for (const label of [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 53n])
    expect(() => labelsOf(tensor([0n, label]))).toThrow("label 1 is beyond 32 bits");
});

describe("the session", () => {
  test("is not opened by metadata, and is opened once by the first of two predictions", async () => {
    const create = jest.spyOn(InferenceSession, "create");
    const model = new IrisModel();
    expect(model.fullMetadata).toMatchObject({
      qualifiedName: "iris_model",
      inputSchema: { type: "object" },
    });
    expect(create).not.toHaveBeenCalled();
    await model.predict(FLOWER);
    expect(create).toHaveBeenCalledTimes(1);
    await model.predict(FLOWER);
    expect(create).toHaveBeenCalledTimes(1);
  });

  test("is opened once by many predictions at the same time", async () => {
    const create = jest.spyOn(InferenceSession, "create");
    const model = new IrisModel();
    const answers = await Promise.all(Array.from({ length: 20 }, () => model.predict(FLOWER)));
    expect(answers).toEqual(Array(20).fill({ species: "setosa" }));
    expect(create).toHaveBeenCalledTimes(1);
  });

  test("is run once for a batch", async () => {
    const model = new IrisModel();
    const run = jest.spyOn(await sessionOf(model), "run");
    await model.predictBatch(Array(100).fill(FLOWER));
    expect(run).toHaveBeenCalledTimes(1);
  });

  /** The options that a model's session was opened with. */
  async function optionsOf(model: OnnxModel): Promise<unknown> {
    const create = jest.spyOn(InferenceSession, "create");
    await model.ready();
    return (create.mock.calls[0] as unknown[])[1];
  }

  test("has one thread and the CPU unless something else is configured", async () => {
    expect(await optionsOf(new IrisModel())).toMatchObject({
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionProviders: ["cpu"],
    });
  });

  test("has the threads and execution providers of the settings that the model was made with", async () => {
    const onnx: OnnxSettings = { intraOpNumThreads: 2, interOpNumThreads: 3, executionProviders: ["cpu"] };
    expect(await optionsOf(new IrisModel({ onnx }))).toMatchObject(onnx);
  });

  test("has the options of the environment that APP_SETTINGS chooses", async () => {
    process.env.APP_SETTINGS = "DevConfig";
    expect(await optionsOf(new IrisModel())).toMatchObject(new DevConfig().onnx);
    process.env.APP_SETTINGS = "Moon";
    await expect(new IrisModel().ready()).rejects.toThrow(/APP_SETTINGS is 'Moon'.* one of: ProdConfig, /);
  });
});

describe("a file", () => {
  class FileModel extends EchoModel {
    protected override readonly file: string;
    constructor(name: string) {
      super();
      this.file = path.join(folder, name);
    }
  }

  test("that does not exist is told by every prediction", async () => {
    const model = new FileModel("missing.onnx");
    for (let i = 0; i < 2; i++) {
      const error = await model.predict({}).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ModelLoadError);
      expect((error as Error).message).toMatch(/^Model 'echo_model' can't be loaded: .*missing\.onnx/);
      expect((error as Error).cause).toBeDefined();
    }
  });

  test("that is no ONNX file is told", async () => {
    writeFileSync(path.join(folder, "text.onnx"), "not a model");
    await expect(new FileModel("text.onnx").ready()).rejects.toThrow("Model 'echo_model' can't be loaded: ");
  });
});

test("an execution provider that does not exist is told when the model is loaded", async () => {
  const onnx = { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ["abacus"] };
  await expect(new IrisModel({ onnx }).ready()).rejects.toThrow(
    /^Model 'iris_model' can't be loaded: .*abacus/,
  );
});
