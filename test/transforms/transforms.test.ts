// Each transform by itself, as somebody else's pipeline would use it.
import "../../sdk";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { impulse } from "apache-beam/transforms/internal";
import { requireForSerialization } from "apache-beam/serialization";
import { withName } from "apache-beam/transforms/transform";
import { P, type PCollection, type Root } from "apache-beam/pvalue";
import { ModelManager } from "../../models";
import { createRunner } from "../../runners";
import {
  asyncParDo,
  distinct,
  distinctWithRiders,
  elements,
  jsonCoder,
  predict,
  readRecords,
  recordBlock,
  recordBlockCoder,
  writeJsonLines,
  writeRecords,
  type AsyncDoFn,
  type Failure,
  type JobCounts,
  type PredictionBlock,
  type ReadCounts,
  type RecordBlock,
} from "../../transforms";
import { anyModel } from "./any_model";
import { collect, collectWithMetrics } from "./run";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "beam-predict-test-"));
  await ModelManager.instance.loadModels([anyModel]);
});
afterEach(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => path.join(folder, name);

class BlocksFn implements AsyncDoFn<Uint8Array, RecordBlock> {
  constructor(readonly blocks: unknown[][]) {}
  *process(): Generator<RecordBlock> {
    for (const values of this.blocks) yield recordBlock(values);
  }
}

class ValuesFn implements AsyncDoFn<Uint8Array, unknown> {
  constructor(readonly values: unknown[]) {}
  *process(): Generator<unknown> {
    yield* this.values;
  }
}
requireForSerialization("beam-predict/test/transforms/transforms", { BlocksFn, ValuesFn });

const blocksOf =
  (...blocks: unknown[][]) =>
  (root: Root): PCollection<RecordBlock> =>
    root.apply(impulse()).apply(asyncParDo(new BlocksFn(blocks), recordBlockCoder));

const predicted = (root: Root, ...blocks: unknown[][]) =>
  blocksOf(...blocks)(root).apply(predict("any_model"));

describe("readRecords", () => {
  test("reads blocks of at most batchSize records, with their places in the file", async () => {
    writeFileSync(inFolder("a.ldjson"), '{"a": 1}\n\n{"a": 2}\n[3]');
    const blocks = await collect(
      (root) => root.apply(readRecords(inFolder("a.ldjson"), { batchSize: 2 })).records,
    );
    expect(blocks.map((block) => block.records.texts())).toEqual([['{"a":1}', '{"a":2}'], ["[3]"]]);
    expect(blocks.map((block) => [...block.numbers])).toEqual([[1, 3], [4]]);
    expect(blocks.map((block) => [...block.offsets])).toEqual([[0, 10], [19]]);
    expect(blocks[0].file).toBe(inFolder("a.ldjson"));
  });

  test("gives out lines that are no records, and counts all", async () => {
    writeFileSync(inFolder("a.ldjson"), '1\nno\n  \n{"a":"too long"}\n');
    const read = (root: Root) => root.apply(readRecords(inFolder("*.ldjson"), { maxRecordBytes: 10 }));
    const unreadable = (await collect((root) => read(root).unreadable)).flat();
    expect(unreadable.map(({ kind, line }) => [kind, line])).toEqual([
      ["not_json", 2],
      ["too_long", 4],
    ]);
    const [counts] = await collect<ReadCounts>((root) => read(root).counts);
    expect(counts).toMatchObject({
      records: 1,
      blank: 1,
      unreadable: { not_json: 1, too_long: 1 },
    });
  });

  test("tells its metrics", async () => {
    writeFileSync(inFolder("a.ldjson"), "1\nno\n");
    const { metrics } = await collectWithMetrics(
      (root) => root.apply(readRecords(inFolder("a.ldjson"))).records,
    );
    expect(metrics).toMatchObject({ bytes_read: 5, records_read: 2 });
  });

  test("fails the job when a file is missing", async () => {
    await expect(collect((root) => root.apply(readRecords(inFolder("none"))).records)).rejects.toThrow(
      "No such file",
    );
  });
});

describe("predict", () => {
  test("gives each record its prediction, null and a failure where there is none", async () => {
    const blocks = await collect((root) => predicted(root, [{ a: 1 }, 5, "x"], [[]]).predictions);
    expect(blocks.map((block) => block.predictions.texts())).toEqual([
      ['{"members":1}', "null", "null"],
      ['{"members":0}'],
    ]);
    expect(blocks.map((block) => [...block.outcomes])).toEqual([[0, 1, 2], [0]]);
    const failures = (
      await collect<Failure[]>((root) => predicted(root, [{ a: 1 }, 5, "x"]).failures)
    ).flat();
    expect(failures).toEqual([
      {
        kind: "invalid_input",
        file: "",
        line: 2,
        offset: 7,
        field: "",
        reason: "must be object,array,string,boolean,null",
        record: "5",
      },
      {
        kind: "model_error",
        file: "",
        line: 3,
        offset: 8,
        field: "",
        reason: "it is a string",
        record: '"x"',
      },
    ]);
  });

  test("refuses a model that is not loaded when the pipeline is built", async () => {
    await expect(collect((root) => blocksOf([1])(root).apply(predict("nobody")).predictions)).rejects.toThrow(
      "'nobody' not found in the ModelManager instance. It holds 'any_model'",
    );
  });

  test("loads the model where it runs", async () => {
    ModelManager.instance.clear();
    const [block] = await collect(
      (root) => blocksOf([{}])(root).apply(predict("any_model", { model: anyModel })).predictions,
    );
    expect(block.predictions.texts()).toEqual(['{"members":0}']);
  });
});

describe("distinct", () => {
  test.each([1, 2, 64])(
    "keeps one of equal records over all blocks, in %d partitions",
    async (partitions) => {
      const many = Array.from({ length: 1000 }, (_, i) => ({ id: i % 300 }));
      const blocks = await collect((root) =>
        predicted(root, many, many, [{ b: 1, a: [1.0] }], [{ a: [1], b: 1 }]).predictions.apply(
          distinct({ partitions }),
        ),
      );
      const texts = blocks.flatMap((block) => block.records.texts());
      expect(texts.sort()).toEqual(
        [...many.slice(0, 300).map((value) => JSON.stringify(value)), '{"a":[1],"b":1}'].sort(),
      );
    },
  );
});

describe("distinctWithRiders", () => {
  test.each([1, 64])(
    "riders come out as they were, beside what is distinct, with %d partitions",
    async (partitions) => {
      const riders = [{ of: "é", n: 2 ** 40 }, { of: "nothing" }, null];
      const outputs = (root: Root) => {
        const { predictions } = predicted(root, [{ a: 1 }, { a: 2 }], [{ a: 1 }]);
        const values = root
          .apply(withName("riders", impulse()))
          .apply(asyncParDo(new ValuesFn(riders), jsonCoder<unknown>()));
        return P({ predictions, riders: values }).apply(distinctWithRiders({ partitions }));
      };
      const blocks = await collect((root) => outputs(root).predictions);
      expect(blocks.flatMap((block) => block.records.texts()).sort()).toEqual(['{"a":1}', '{"a":2}']);
      const out = await collect((root) => outputs(root).riders);
      expect(out.map((rider) => JSON.stringify(rider)).sort()).toEqual(
        riders.map((rider) => JSON.stringify(rider)).sort(),
      );
    },
  );
});

describe("elements", () => {
  test("turns blocks into records with their predictions", async () => {
    const all = await collect((root) =>
      predicted(root, [{ a: 1.7e12 }, 5], [[]]).predictions.apply(elements()),
    );
    expect(all).toEqual([
      { record: { a: 1.7e12 }, prediction: { members: 1 } },
      { record: 5, prediction: null },
      { record: [], prediction: { members: 0 } },
    ]);
  });
});

describe("writeRecords", () => {
  const write = async (
    root: (root: Root) => { predictions: PCollection<PredictionBlock>; failures: PCollection<Failure[]> },
    options: Omit<Parameters<typeof writeRecords>[0], "output">,
  ): Promise<JobCounts> => {
    const [counts] = await collect((start) => {
      const { predictions, failures } = root(start);
      return P({ predictions, failures: [failures] }).apply(
        writeRecords({ output: inFolder("out"), ...options }),
      );
    });
    return counts;
  };

  test("writes predictions alone, and counts what it wrote", async () => {
    const counts = await write((root) => predicted(root, [{ a: 1 }, 5]), {});
    expect(readFileSync(inFolder("out"), "utf8")).toBe('{"a":1}\t{"members":1}\n5\tnull\n');
    expect(counts).toMatchObject({
      read: 2,
      distinct: 2,
      predicted: 1,
      null: { invalid_input: 1 },
      failures: 0,
    });
    expect(readdirSync(folder)).toEqual(["out"]);
  });

  test("writes failures beside them, each record as it was", async () => {
    await write((root) => predicted(root, [5]), { errors: inFolder("errors") });
    expect(JSON.parse(readFileSync(inFolder("errors"), "utf8"))).toMatchObject({
      kind: "invalid_input",
      record: 5,
    });
  });

  test("writes empty outputs when there is nothing", async () => {
    const counts = await write((root) => predicted(root), { errors: inFolder("errors") });
    expect(readFileSync(inFolder("out"), "utf8")).toBe("");
    expect(readFileSync(inFolder("errors"), "utf8")).toBe("");
    expect(counts.read).toBe(0);
  });

  test.each([
    ["a number", { lines: 1 }, "at least 2 lines failed"],
    ["a percentage", { percent: 40 }, "2 of 3 lines failed"],
  ])("with more failures than %s allows nothing is put in place", async (_, maxFailures, told) => {
    writeFileSync(inFolder("out"), "before");
    const job = write((root) => predicted(root, [1, 2, {}]), { errors: inFolder("errors"), maxFailures });
    await expect(job).rejects.toThrow(`Too many failures: ${told}`);
    expect(readFileSync(inFolder("out"), "utf8")).toBe("before");
  });

  test("as many failures as are allowed are let through", async () => {
    await write((root) => predicted(root, [1, 2, {}]), {
      errors: inFolder("errors"),
      maxFailures: { lines: 2 },
    });
    expect(readFileSync(inFolder("out"), "utf8").split("\n")).toHaveLength(4);
  });

  test("writeJsonLines writes any values", async () => {
    await collect((root) =>
      predicted(root, [[], {}])
        .predictions.apply(elements())
        .apply(writeJsonLines(inFolder("all.ldjson"))),
    );
    expect(readFileSync(inFolder("all.ldjson"), "utf8")).toBe(
      '{"record":[],"prediction":{"members":0}}\n{"record":{},"prediction":{"members":0}}\n',
    );
  });
});

test("the transforms run on the SDK's own direct runner too", async () => {
  const { directRunner } = jest.requireActual<typeof import("apache-beam/runners/direct_runner")>(
    "apache-beam/runners/direct_runner",
  );
  const debug = jest.spyOn(console, "debug").mockImplementation();
  const runner = directRunner() as { run(pipeline: (root: Root) => unknown): Promise<unknown> };
  await runner.run((root) =>
    predicted(root, [{}])
      .predictions.apply(elements())
      .apply(writeJsonLines(inFolder("x"))),
  );
  expect(readFileSync(inFolder("x"), "utf8")).toBe('{"record":{},"prediction":{"members":0}}\n');
  debug.mockRestore();
});

test("the runner keeps the SDK's noise off the console, but not the pipeline's", async () => {
  const debug = jest.spyOn(console, "debug").mockImplementation();
  await createRunner("sdk-direct").run((root) =>
    // eslint-disable-next-line no-console -- the console is what is tested
    root.apply(impulse()).map(withName("print", () => console.debug("mine") ?? 1)),
  );
  expect(debug.mock.calls).toEqual([["mine"]]);
  debug.mockRestore();
});
