// Makes iris records to measure with: `node bench/generate.mjs COUNT [DECIMALS] [BAD_PERCENT] [SEED] > records.ldjson`.
//
// With 4 decimals (the default) nearly all records are distinct, with 1 most are duplicates. The same arguments give
// the same bytes.

const [count, decimals = 4, badPercent = 0, seed = 1] = process.argv.slice(2).map(Number);
if (!(count >= 0)) {
  console.error("Usage: node bench/generate.mjs COUNT [DECIMALS] [BAD_PERCENT] [SEED]");
  process.exit(2);
}

/** Mulberry32: a small seeded generator of numbers in [0, 1). */
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const size = (low, high) => (low + (high - low) * random()).toFixed(decimals);

function line() {
  const fields = [
    size(4, 8),
    size(2, 4.5),
    size(1, 7),
    random() * 100 < badPercent ? '"asd"' : size(0.1, 2.5),
  ];
  return `{"sepal_length": ${fields[0]}, "sepal_width": ${fields[1]}, "petal_length": ${fields[2]}, "petal_width": ${fields[3]}}\n`;
}

let lines = [];
for (let i = 0; i < count; i++) {
  lines.push(line());
  if (lines.length === 10_000 || i === count - 1) {
    if (!process.stdout.write(lines.join("")))
      await new Promise((resolve) => process.stdout.once("drain", resolve));
    lines = [];
  }
}
