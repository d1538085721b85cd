// Jobs on stores whose requests fail now and then: the same output, nothing twice, nothing left over.
import { loadModels } from "../../pipelines/load_models";
import { predictionPipeline } from "../../pipelines/prediction_job";
import { createRunner } from "../../runners";
import { countsFromMetrics } from "../../transforms";
import { FaultProxy, FAULTS } from "../servers/fault_proxy";
import { Store } from "./stores";

const SMALL_FILES = 60;
const ROWS = 20_000;

let stores: Store[];
let expected: string[];
const happened = { 500: 0, 503: 0, reset: 0, lost: 0 };

function record(i: number): string {
  return `{"sepal_length":${i},"sepal_width":3.${i % 10},"petal_length":1.5,"petal_width":0.2}`;
}

beforeAll(async () => {
  await loadModels([]);
  stores = await Promise.all([Store.start("s3"), Store.start("gs")]);
  for (const store of stores) {
    for (let file = 0; file < SMALL_FILES; file++) {
      await store.put(
        `in/small-${file}.jsonl`,
        Array.from({ length: 10 }, (_, i) => `${record(file * 10 + i)}\n`).join(""),
      );
    }
    await store.put("in/large.jsonl", Array.from({ length: ROWS }, (_, i) => `${record(i)}\n`).join(""));
  }
  expected = Array.from({ length: ROWS }, (_, i) => record(i)).sort();
});

afterAll(() => Promise.all(stores.map((store) => store.stop())));

test.each([
  ["s3", "a folder", "out/"],
  ["s3", "a file", "out.ldjson"],
  ["gs", "a folder", "out/"],
  ["gs", "a file", "out.ldjson"],
])("%s: 5%% of requests fail, and %s is as if none had", async (scheme, _, output) => {
  const store = stores.find((one) => one.scheme === scheme)!;
  const proxy = await FaultProxy.start(store.port, 0.05, output.length);
  try {
    const metrics = await createRunner("sdk-direct").run(
      predictionPipeline({
        model: "iris_model",
        input: [store.url("in/")],
        read: { storage: store.settings(proxy.endpoint), splitBytes: 100_000 },
        write: {
          output: store.url(output),
          errors: store.url(`${output.replace("/", "")}.errors`),
          numShards: 12,
          storage: store.settings(proxy.endpoint),
        },
      }),
    );
    expect(countsFromMetrics(metrics)).toMatchObject({
      read: ROWS + SMALL_FILES * 10,
      distinct: ROWS,
      failures: 0,
    });
    const lines = (await store.text(output.endsWith("/") ? `${output}part-*` : output))
      .split("\n")
      .slice(0, -1);
    expect(lines.map((line) => line.split("\t")[0]).sort()).toEqual(expected);
    expect((await store.keys()).filter((key) => key.includes(".tmp/"))).toEqual([]);
    for (const fault of FAULTS) happened[fault] += proxy.happened[fault];
  } finally {
    await proxy.stop();
  }
});

test("every kind of fault has happened, or the others would show nothing", () => {
  expect(FAULTS.filter((fault) => happened[fault] === 0)).toEqual([]);
});
