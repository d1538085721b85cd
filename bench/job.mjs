// The job that benchmarks run: predict records, keep distinct ones. Its input, and the check that outputs are the same.
import { spawnSync } from "node:child_process";
import { closeSync, createReadStream, existsSync, openSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";

export const REPOSITORY = path.join(import.meta.dirname, "..");

/** The features of an iris record, in order. */
export const SIZES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

/** Stands for the prediction of a record that the model does not take. */
export const INVALID = null;

/** Makes the input in a folder, unless it is there. */
export function makeInput(folder, { kind, records, decimals, bad }) {
  const file = path.join(folder, `${[kind, records, decimals, bad].join("-")}.ldjson`);
  if (existsSync(file)) return file;
  const output = openSync(`${file}.new`, "w");
  const args = [`${records}`, "--kind", kind, "--decimals", `${decimals}`, "--bad", `${bad}`, "--compact"];
  const { status } = spawnSync(process.execPath, [path.join(REPOSITORY, "bench/generate.mjs"), ...args], {
    stdio: ["ignore", output, "inherit"],
  });
  closeSync(output);
  if (status !== 0) throw new Error("The records could not be made.");
  renameSync(`${file}.new`, file);
  return file;
}

/** A row of a peer's output as `digest` wants it, from its record and prediction. */
export function row(record, prediction) {
  if (prediction === null) return { record, species: INVALID };
  if (Array.isArray(record.pixels)) return { record: record.pixels, species: digitText(prediction) };
  return { record: SIZES.map((size) => record[size]), species: prediction.species };
}

/** A row of an output with a record, a tab and its prediction in a line. */
export function readPair(line) {
  const tab = line.indexOf("\t");
  return row(JSON.parse(line.slice(0, tab)), parsePrediction(line.slice(tab + 1)));
}

/** There are few species, which need not be parsed again and again. */
const predictions = new Map();
function parsePrediction(text) {
  if (predictions.has(text)) return predictions.get(text);
  const prediction = JSON.parse(text);
  if (predictions.size < 1000) predictions.set(text, prediction);
  return prediction;
}

/** Versions of ONNX Runtime may differ in the last bits of a probability. */
function digitText({ digit, probabilities }) {
  return `${digit} ${probabilities.map((probability) => probability.toFixed(6)).join(" ")}`;
}

/**
 * What an output holds, whatever the order of its lines: how many there are, and sums of their hashes. Two outputs with the same
 * digest hold the same records with the same predictions as often.
 * @param readLine makes `{ record, species }` of a line; the record is its numbers, or what it was where they are none
 */
export async function digest(folder, readLine) {
  let rows = 0;
  const sums = [0, 0];
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith("part"))) {
    for await (const lines of linesOf(path.join(folder, name))) {
      for (const line of lines) {
        const { record, species } = readLine(line);
        rows++;
        for (let i = 0; i < 2; i++) sums[i] = (sums[i] + hash(record, species, SEEDS[i])) >>> 0;
      }
    }
  }
  return { rows, hash: sums.map((sum) => sum.toString(16).padStart(8, "0")).join("") };
}

/** The lines of a file, many at a time: this takes less time than what is measured. */
async function* linesOf(file) {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 20 })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    yield lines;
  }
  if (rest !== "") yield [rest];
}

const SEEDS = [0x811c9dc5, 0x9747b28c];
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

function hash(record, species, seed) {
  // Two of them are the same when they are as JSON, whatever the order of their fields.
  if (species === INVALID) return hashText(JSON.stringify(Object.entries(record).sort()), seed);
  let value = seed;
  for (const number of record) {
    if (typeof number !== "number") throw new Error(`A prediction of ${JSON.stringify(record)}.`);
    double[0] = number + 0;
    value = mix(mix(value ^ words[0]) ^ words[1]);
  }
  return hashText(species, value);
}

function hashText(text, seed) {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return mix(value) >>> 0;
}

/** The end of MurmurHash3. */
function mix(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
