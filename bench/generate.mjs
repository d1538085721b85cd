// Makes records to measure with:
//   node bench/generate.mjs COUNT [--kind iris|digits] [--decimals N] [--bad PERCENT] [--seed N] [--compact] > records.ldjson
//
// With 4 decimals (the default) nearly all iris records are distinct, with 1 many are duplicates: there are 1.4 million of them.
// Compact ones have 87 bytes, others 95. Digits have whole numbers. The same arguments give the same bytes.
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: "string", default: "iris" },
    decimals: { type: "string", default: "4" },
    bad: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    compact: { type: "boolean", default: false },
  },
});
const [count, decimals, badPercent, seed] = [positionals[0], values.decimals, values.bad, values.seed].map(
  Number,
);
if (!(count >= 0) || !["iris", "digits"].includes(values.kind)) {
  console.error(
    "Usage: node bench/generate.mjs COUNT [--kind iris|digits] [--decimals N] [--bad PERCENT] [--seed N] [--compact]",
  );
  process.exit(2);
}
const [colon, comma] = values.compact ? [":", ","] : [": ", ", "];

/** Mulberry32: a small seeded generator of numbers in [0, 1). */
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const size = (low, high) => (low + (high - low) * random()).toFixed(decimals);

function iris() {
  const fields = [
    ["sepal_length", size(4, 8)],
    ["sepal_width", size(2, 4.5)],
    ["petal_length", size(1, 7)],
    ["petal_width", random() * 100 < badPercent ? '"asd"' : size(0.1, 2.5)],
  ];
  return `{${fields.map(([name, value]) => `"${name}"${colon}${value}`).join(comma)}}\n`;
}

/** Pictures of 8 by 8 pixels, each from 0 to 16. */
function digits() {
  const pixels = Array.from({ length: 64 }, () => `${Math.floor(17 * random())}`);
  if (random() * 100 < badPercent) pixels[63] = '"asd"';
  return `{"pixels"${colon}[${pixels.join(comma)}]}\n`;
}

const line = values.kind === "iris" ? iris : digits;
let lines = [];
for (let i = 0; i < count; i++) {
  lines.push(line());
  if (lines.length === 10_000 || i === count - 1) {
    if (!process.stdout.write(lines.join("")))
      await new Promise((resolve) => process.stdout.once("drain", resolve));
    lines = [];
  }
}
