// Measures what each stage of the job costs a record, on one thread: node bench/blocks.mjs [RECORDS] [DECIMALS]
//
// The records are those of `generate.mjs`. A figure is the least of several rounds, in nanoseconds of processor time a record:
// what else the machine does in the meantime counts as little as it can.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const { configuration, ModelManager } = require("../dist/models");
const { fileEncoder, outputLayout, READING_DEFAULTS } = require("../dist/storage");
const { inputFormat } = require("../dist/storage/formats");
const { predictionBlockCoder, recordBlockCoder } = require("../dist/transforms");
const { decodeKeyedBlock } = require("../dist/transforms/blocks/keyed_block");
const { DistinctRows } = require("../dist/transforms/distinct/distinct_rows");
const { recordHashes } = require("../dist/transforms/distinct/record_order");
const { WaitingRows } = require("../dist/transforms/distinct/waiting_rows");
const { PredictFn } = require("../dist/transforms/predict");
const { Reader, Writer } = require("protobufjs");

const ROUNDS = 15;
const CHUNK = 1 << 20;

const [records = 200_000, decimals = 4] = process.argv.slice(2).map(Number);
const generate = path.join(import.meta.dirname, "generate.mjs");
const { stdout: bytes } = spawnSync(process.execPath, [generate, `${records}`, "--decimals", `${decimals}`], {
  maxBuffer: 1 << 30,
});

/** The records as a file of lines in memory, in chunks as a disk gives them. */
const file = {
  name: "generated",
  size: bytes.length,
  async *read(start, end) {
    for (let at = start; at < Math.min(end, bytes.length); at += CHUNK)
      yield bytes.subarray(at, Math.min(at + CHUNK, end, bytes.length));
  },
};

const texts = bytes.toString().split("\n").slice(0, -1);
const parse = () => texts.forEach((text) => void JSON.parse(text));

async function all(elements) {
  const found = [];
  for await (const element of elements) found.push(element);
  return found;
}

const lines = () =>
  inputFormat("jsonl").read(file, { start: 0, end: bytes.length, first: 1 }, READING_DEFAULTS);

async function count(batches) {
  let found = 0;
  for await (const { records } of batches) found += records.length;
  return found;
}

const encodeAll = (coder, elements) =>
  elements.map((element) => {
    const writer = new Writer();
    coder.encode(element, writer, "needsDelimiters");
    return writer.finish();
  });

const decodeAll = (coder, encoded) =>
  encoded.map((bytes) => coder.decode(new Reader(bytes), "needsDelimiters"));

const batches = await all(lines());
const blocks = batches.map(({ records, numbers, offsets, flat }) => {
  return { file: "generated", unit: "line", records, numbers, offsets, flat };
});
const encodedRecords = encodeAll(recordBlockCoder, blocks);

const { onnx, models } = configuration();
await ModelManager.instance.loadModels(models, { onnx });
const predictFn = new PredictFn("iris_model", models[0], { onnx }, "refuse");
await predictFn.startBundle();
async function predict() {
  const predicted = [];
  for (const block of blocks) {
    for await (const { tag, value } of predictFn.process(block))
      if (tag === "predictions") predicted.push(value);
  }
  return predicted;
}
const predictions = await predict();
const encodedPredictions = encodeAll(predictionBlockCoder, predictions);

/** The model's own work, which is not ours to make faster. */
const { InferenceSession, Tensor } = require("onnxruntime-node");
const session = await InferenceSession.create(
  path.join(import.meta.dirname, "../models/iris/iris_model.onnx"),
  {
    ...onnx,
    executionMode: "sequential",
  },
);
const features = new Tensor("float64", new Float64Array(4 * READING_DEFAULTS.batchSize).fill(3), [
  READING_DEFAULTS.batchSize,
  4,
]);

async function infer() {
  for (let i = 0; i < records; i += READING_DEFAULTS.batchSize) await session.run({ features }, ["label"]);
}

async function write(format) {
  const { inputSchema, outputSchema } = ModelManager.instance.getModelMetadata("iris_model");
  const layout = outputLayout({ inputSchema, outputSchema }, {}, true);
  const encoder = fileEncoder({ format, layout }, "bench");
  let size = encoder.header().length;
  for (const block of predictions) size += (await encoder.encode(block)).length;
  return size + (await encoder.finish()).length;
}

const PARTITIONS = 64;

const waiting = new WaitingRows(PARTITIONS);

/** As `distinct` does it before the shuffle, in memory that the bundle before has used. */
function partition() {
  const sent = predictions.flatMap((block) => waiting.add(block, recordHashes(block.records, block.flat)));
  return [...sent, ...waiting.takeRest()].map(({ bytes }) => bytes);
}
const partitioned = partition();

function hash() {
  let sum = 0;
  for (const { records, flat } of predictions) sum += recordHashes(records, flat)[0];
  return sum;
}

/** And behind it. */
function keepDistinct() {
  let found = 0;
  for (const bytes of partitioned) {
    const rows = new DistinctRows();
    rows.add(decodeKeyedBlock(bytes));
    for (const { outcomes } of rows.drain()) found += outcomes.length;
  }
  return found;
}

const stages = {
  "JSON.parse, to compare with": parse,
  "read JSON lines": () => count(lines()),
  predict: predict,
  "  of it ONNX Runtime": infer,
  "encode record blocks": () => encodeAll(recordBlockCoder, blocks),
  "decode record blocks": () => decodeAll(recordBlockCoder, encodedRecords),
  "encode prediction blocks": () => encodeAll(predictionBlockCoder, predictions),
  "decode prediction blocks": () => decodeAll(predictionBlockCoder, encodedPredictions),
  "hash records": hash,
  "split into partitions": partition,
  "keep distinct": keepDistinct,
  "write tsv-json": () => write("tsv-json"),
  "write jsonl": () => write("jsonl"),
};
for (const [name, stage] of Object.entries(stages)) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await stage();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (1000 * (user + system)) / records);
  }
  console.log(`${name.padEnd(26)} ${least.toFixed(0).padStart(6)} ns`);
}
