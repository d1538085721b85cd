// The prediction job as one writes it in plain Node for this input alone: node job.mjs INPUT OUTPUT MODEL KIND
//
// Two worker threads read half of the input each. A record belongs to one of them by its key, so that each finds its duplicates in a
// set of its own; records of the other one are sent there with their predictions.
import { createReadStream, closeSync, openSync, statSync, writeSync } from "node:fs";
import { isMainThread, MessageChannel, Worker, workerData } from "node:worker_threads";

const BATCH = 1024;
const THREADS = 2;
const SIZES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const SPECIES = ["setosa", "versicolor", "virginica"].map((species) => JSON.stringify({ species }));

/** What a record must be, and how its predictions are written. */
const KINDS = {
  iris: {
    features: (record) =>
      Object.keys(record).length === 4 && SIZES.every((size) => typeof record[size] === "number")
        ? SIZES.map((size) => record[size])
        : undefined,
    input: "features",
    answers: ({ label }) => Array.from(label.data, (index) => SPECIES[Number(index)]),
  },
  digits: {
    features: ({ pixels }) => {
      const isPixel = (pixel) => typeof pixel === "number" && pixel >= 0 && pixel <= 16;
      return Array.isArray(pixels) && pixels.length === 64 && pixels.every(isPixel) ? pixels : undefined;
    },
    input: "pixels",
    answers: ({ label, probabilities }) =>
      Array.from(label.data, (digit, i) =>
        JSON.stringify({
          digit: Number(digit),
          probabilities: Array.from(probabilities.data.subarray(10 * i, 10 * (i + 1))),
        }),
      ),
  },
};

async function main(input, output, model, kind) {
  const { size } = statSync(input);
  const { port1, port2 } = new MessageChannel();
  const workers = [port1, port2].map((port, i) => {
    const range = { start: Math.floor((i * size) / THREADS), end: Math.floor(((i + 1) * size) / THREADS) };
    const data = { index: i, port, input, range, output: `${output}/part-${i}`, model, kind };
    const worker = new Worker(import.meta.filename, { workerData: data, transferList: [port] });
    return new Promise((resolve, reject) => worker.once("error", reject).once("exit", resolve));
  });
  await Promise.all(workers);
}

async function work({ index, port, input, range, output, model, kind }) {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const { features, input: name, answers } = KINDS[kind];
  const file = openSync(output, "w");
  const seen = new Set();

  function keep({ keys, lines }) {
    const fresh = lines.filter((_, i) => seen.size < seen.add(keys[i]).size);
    if (fresh.length > 0) writeSync(file, fresh.join("\n") + "\n");
  }

  const othersEnd = new Promise((resolve) =>
    port.on("message", (message) => (message === null ? resolve() : keep(message))),
  );
  for await (const texts of batches(input, range)) {
    const rows = texts.map((text) => features(JSON.parse(text)));
    const valid = rows.filter((row) => row !== undefined);
    const data = new Float64Array(valid.flat());
    const predicted =
      valid.length > 0
        ? answers(
            await session.run({
              [name]: new Tensor("float64", data, [valid.length, data.length / valid.length]),
            }),
          )
        : [];
    const parts = Array.from({ length: THREADS }, () => ({ keys: [], lines: [] }));
    let next = 0;
    texts.forEach((text, i) => {
      const key = rows[i]?.join() ?? text;
      const part = parts[hash(key) % THREADS];
      part.keys.push(key);
      part.lines.push(`${text}\t${rows[i] === undefined ? null : predicted[next++]}`);
    });
    keep(parts[index]);
    port.postMessage(parts[1 - index]);
  }
  port.postMessage(null);
  await othersEnd;
  port.close();
  closeSync(file);
}

/** The lines that begin in a range of a file. */
async function* batches(file, { start, end }) {
  // From the byte before: where it ends a line, the range begins with a whole one.
  let at = Math.max(0, start - 1);
  let rest = Buffer.alloc(0);
  let isFirst = start > 0;
  let lines = [];
  for await (const chunk of createReadStream(file, { start: at, highWaterMark: 1 << 18 })) {
    let bytes = Buffer.concat([rest, chunk]);
    if (isFirst) {
      const first = bytes.indexOf(10) + 1;
      at += first === 0 ? bytes.length : first;
      if (first === 0) continue;
      if (at >= end) return;
      bytes = bytes.subarray(first);
      isFirst = false;
    }
    // The last line of the range is the one that ends at its end or behind it.
    const last = at + bytes.length >= end ? bytes.indexOf(10, Math.max(0, end - at - 1)) : -1;
    const cut = last === -1 ? bytes.lastIndexOf(10) : last;
    lines.push(
      ...bytes
        .toString("utf8", 0, cut + 1)
        .split("\n")
        .filter(Boolean),
    );
    rest = bytes.subarray(cut + 1);
    at += cut + 1;
    while (lines.length >= BATCH) yield lines.splice(0, BATCH);
    if (last !== -1) {
      rest = Buffer.alloc(0);
      break;
    }
  }
  if (rest.length > 0) lines.push(rest.toString());
  if (lines.length > 0) yield lines;
}

function hash(text) {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) | 0;
  return (value ^ (value >>> 16)) >>> 0;
}

if (isMainThread) await main(...process.argv.slice(2));
else await work(workerData);
