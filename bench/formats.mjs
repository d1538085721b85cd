// Measures each format, in and out, without a model: node bench/formats.mjs [ROWS]
//
// Rows are four doubles and a string, as records with a prediction of one string. Each figure is that of a process of its own,
// which encodes into a file or decodes one to JSON texts.
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const require = createRequire(import.meta.url);
const {
  ByteColumn,
  fileEncoder,
  listRanges,
  outputLayout,
  READING_DEFAULTS,
  readRanges,
} = require("../dist/storage");

const CASES = [
  { format: "tsv-json" },
  { format: "jsonl", input: "jsonl" },
  { format: "jsonl", input: "json", name: "json" },
  { format: "jsonl", input: "jsonl", compression: "gzip" },
  { format: "jsonl", input: "jsonl", compression: "zstd" },
  { format: "jsonl-merged" },
  { format: "csv", input: "csv" },
  { format: "tsv", input: "tsv" },
  { format: "parquet", input: "parquet" },
  { format: "avro", input: "avro" },
];
const EXTENSIONS = { gzip: ".gz", zstd: ".zst" };
const number = { type: "number" };
const SCHEMAS = {
  inputSchema: { properties: { a: number, b: number, c: number, d: number, name: { type: "string" } } },
  outputSchema: { properties: { species: { type: "string" } } },
};
const fieldTypes = { a: ["number"], b: ["number"], c: ["number"], d: ["number"], name: ["string"] };
const BLOCK = 1024;

/** A block of records, four random numbers of four decimals and a string each, and their predictions. */
function block(seed) {
  let state = seed;
  const next = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % 100000) / 10000;
  const records = Array.from({ length: BLOCK }, (_, i) => {
    return `{"a":${next()},"b":${next()},"c":${next()},"d":${next()},"name":"flower ${seed} ${i}"}`;
  });
  return {
    records: ByteColumn.of(records),
    predictions: ByteColumn.of(records.map(() => '{"species":"setosa"}')),
  };
}

async function write(file, rows, { format, compression }) {
  const blocks = Array.from({ length: 50 }, (_, i) => block(i + 1));
  const out = createWriteStream(file);
  const started = performance.now();
  const encoder = fileEncoder({ format, compression, layout: outputLayout(SCHEMAS, {}, true) }, "bench");
  out.write(encoder.header());
  for (let i = 0; i * BLOCK < rows; i++) {
    // The next call may overwrite the bytes.
    const bytes = Buffer.from(await encoder.encode(blocks[i % blocks.length]));
    if (!out.write(bytes)) await new Promise((resolve) => out.once("drain", resolve));
  }
  out.write(await encoder.finish());
  await new Promise((resolve) => out.end(resolve));
  return (performance.now() - started) / 1000;
}

async function read(file, rows, { input }) {
  const started = performance.now();
  let found = 0;
  const reading = { ...READING_DEFAULTS, fieldTypes };
  for await (const range of listRanges([file], { format: input, splitBytes: 64 << 20, reading })) {
    for await (const { batch } of readRanges([range], reading, undefined, () => {}))
      found += batch.records.length;
  }
  if (found < rows) throw new Error(`${found} rows of ${rows} in ${file}`);
  return (performance.now() - started) / 1000;
}

const [action, ...args] = process.argv.slice(2);
if (action === "write" || action === "read") {
  const [file, rows, which] = args;
  const seconds = await (action === "write" ? write : read)(file, Number(rows), CASES[which]);
  console.log(JSON.stringify({ seconds, memory: process.resourceUsage().maxRSS / 1024 }));
} else {
  const rows = Number(action ?? 1_000_000);
  const folder = mkdtempSync(path.join(tmpdir(), "beam-predict-bench-"));
  const measure = (...call) => {
    const runs = Array.from({ length: 3 }, () => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [
        import.meta.filename,
        ...call.map(String),
      ]);
      if (status !== 0) throw new Error(String(stderr));
      return JSON.parse(String(stdout));
    });
    return runs.sort((a, b) => a.seconds - b.seconds)[1];
  };
  const told = ({ seconds, memory }) =>
    `${(rows / seconds / 1e6).toFixed(2)} M rows/s, ${Math.round(memory)} MB`;
  try {
    for (const [i, { format, input, compression, name }] of CASES.entries()) {
      const file = path.join(folder, `${i}.${input ?? format}${EXTENSIONS[compression] ?? ""}`);
      const out = measure("write", file, rows, i);
      const size = Math.round(statSync(file).size / rows);
      const label = (name ?? format) + (EXTENSIONS[compression] ?? "");
      const into = input === undefined ? "" : told(measure("read", file, rows, i));
      console.log(`${label.padEnd(14)} out ${name ? "" : told(out)} (${size} bytes a row)  in ${into}`);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
