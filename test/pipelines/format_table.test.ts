// Every input format, to every output format, in every place: the same predictions.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { IrisModel } from "../../models/iris";
import { loadModels } from "../../pipelines/load_models";
import { predictionPipeline } from "../../pipelines/prediction_job";
import { createRunner } from "../../runners";
import { outputLayout, type StorageSettings } from "../../storage";
import { fieldTypesOf, INPUT_FORMAT_NAMES, OUTPUT_FORMAT_NAMES } from "../../storage/formats";
import { countsFromMetrics } from "../../transforms";
import { FakeGcs } from "../servers/fake_gcs";
import { VersityGw } from "../servers/versitygw";
import { fileOf, load, rowsOf, store, type Records, type Row } from "./format_places";

const PLACES = ["local", "s3", "gs"] as const;

const model = new IrisModel();
const folder = mkdtempSync(path.join(tmpdir(), "beam-predict-formats-"));
const bases: Record<string, string> = { local: `${folder}/`, s3: "s3://formats/", gs: "gs://formats/" };
const storage: StorageSettings = {};
let s3: VersityGw;
let gcs: FakeGcs;

/** 60 flowers, no two alike, numbers in many spellings. */
const texts = Array.from({ length: 60 }, (_, i) => {
  const size = [`${4 + i / 20}`, "3.0", `${1 + (i % 12) / 2}.0`.replace(/\.5\.0/, ".5"), `${i}e-1`];
  return `{${Object.keys(model.inputSchema.properties)
    .map((name, j) => `"${name}":${size[j]}`)
    .join(",")}}`;
});
const records: Records = { texts, schemas: model };
let expected: Row[];

beforeAll(async () => {
  await loadModels([]);
  s3 = await VersityGw.start();
  await s3.createBucket("formats");
  Object.assign(process.env, s3.credentials);
  gcs = await FakeGcs.start();
  await gcs.createBucket("formats");
  Object.assign(storage, { s3: { endpoint: s3.endpoint }, gcs: { endpoint: gcs.endpoint } });
  const answers = await model.predictBatch(texts.map((text) => JSON.parse(text) as unknown));
  expected = texts.map((text, i) => ({
    record: JSON.parse(text) as Row["record"],
    prediction: (answers[i] as { output: unknown }).output,
  }));
  for (const place of PLACES) {
    for (const format of INPUT_FORMAT_NAMES) {
      await store(`${bases[place]}input.${format}`, await fileOf(format, records), storage);
    }
  }
});

afterAll(async () => {
  await s3.stop();
  await gcs.stop();
  rmSync(folder, { recursive: true });
});

/** Rows in an order of their own. */
function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

const TABLE = PLACES.flatMap((place) =>
  INPUT_FORMAT_NAMES.flatMap((input) => OUTPUT_FORMAT_NAMES.map((output) => [place, input, output] as const)),
);

test.each(TABLE)("%s: from %s to %s", async (place, input, format) => {
  const base = bases[place];
  const output = `${base}out-${input}.${format}`;
  const metrics = await createRunner("sdk-direct").run(
    predictionPipeline({
      model: "iris_model",
      input: [`${base}input.${input}`],
      read: { format: input, fieldTypes: fieldTypesOf(model.inputSchema), splitBytes: 700, storage },
      write: {
        output,
        format,
        layout: outputLayout(model, {}, true),
        errors: `${base}errors-${input}-${format}`,
        storage,
      },
    }),
  );
  expect(countsFromMetrics(metrics)).toMatchObject({ read: 60, distinct: 60, predicted: 60, failures: 0 });
  const [content] = (await load(output, storage)).values();
  expect(sorted(await rowsOf(format, content, records))).toEqual(sorted(expected));
});
