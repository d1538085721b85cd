// The job that benchmarks run: predict iris records, keep distinct ones. Its input, and the check that outputs are the same.
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, openSync, closeSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

export const REPOSITORY = path.join(import.meta.dirname, "..");

/** The features of a record, in order. */
export const SIZES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

/** Stands for the prediction of a record that the model does not take. */
export const INVALID = null;

/** Makes the input in a folder, unless it is there. */
export function makeInput(folder, { records, decimals, bad }) {
  const file = path.join(folder, `records-${records}-${decimals}-${bad}.ldjson`);
  if (existsSync(file)) return file;
  const output = openSync(`${file}.new`, "w");
  const args = [`${records}`, "--decimals", `${decimals}`, "--bad", `${bad}`, "--compact"];
  const { status } = spawnSync(process.execPath, [path.join(REPOSITORY, "bench/generate.mjs"), ...args], {
    stdio: ["ignore", output, "inherit"],
  });
  closeSync(output);
  if (status !== 0) throw new Error("The records could not be made.");
  renameSync(`${file}.new`, file);
  return file;
}

/**
 * What an output holds, whatever the order of its lines: how many there are, and sums of their hashes. Two outputs with the same
 * digest hold the same records with the same predictions as often.
 * @param readLine makes `{ record, species }` of a line
 */
export async function digest(folder, readLine) {
  let rows = 0;
  const sums = [0, 0];
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith("part"))) {
    for await (const line of createInterface({ input: createReadStream(path.join(folder, name)) })) {
      const { record, species } = readLine(line);
      const text = JSON.stringify([record, species]);
      rows++;
      sums[0] = (sums[0] + hash(text, 0x811c9dc5)) >>> 0;
      sums[1] = (sums[1] + hash(text, 0x9747b28c)) >>> 0;
    }
  }
  return `${rows} rows ${sums.map((sum) => sum.toString(16)).join("")}`;
}

/** FNV-1a with a last mix. */
function hash(text, seed) {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
