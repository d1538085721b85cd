// The prediction job on each runner and in PySpark, side by side: the same records, the same outputs, start-up included.
//   node bench/engines.mjs [--records N[,N...]] [--decimals 1|4] [--bad PERCENT] [--runs R] [--peers NAME[,NAME...]] [--quick]
//
// Each peer runs the job in turn, R times; the middle run counts. Install Java 17, Maven and Python 3.11 before. What is built and
// installed, and the records, are kept in ~/.cache/beam-predict/bench (BEAM_PREDICT_CACHE names another place).
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, homedir, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { digest, makeInput } from "./job.mjs";
import { measure } from "./measure.mjs";
import { beamPredict } from "./peers/beam_predict.mjs";
import { pyspark } from "./peers/pyspark.mjs";

const PEERS = {
  pyspark,
  ...Object.fromEntries(["direct", "flink", "spark"].map((name) => [name, beamPredict(name)])),
};

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    decimals: { type: "string", default: "4" },
    bad: { type: "string", default: "0" },
    runs: { type: "string", default: "3" },
    peers: { type: "string", default: Object.keys(PEERS).join(",") },
    quick: { type: "boolean", default: false },
  },
});
const sizes = values.quick ? [100_000] : values.records.split(",").map(Number);
const runs = values.quick ? 1 : Number(values.runs);
const peers = values.peers.split(",").map((name) => {
  if (!Object.hasOwn(PEERS, name))
    throw new Error(`Unknown peer '${name}': ${Object.keys(PEERS).join(", ")}.`);
  return PEERS[name];
});

const cache = path.join(
  process.env.BEAM_PREDICT_CACHE ?? path.join(homedir(), ".cache", "beam-predict"),
  "bench",
);
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(tmpdir(), "beam-predict-bench-"));
try {
  const commands = new Map(peers.map((peer) => [peer, peer.prepare(cache)]));
  console.log(
    `${availableParallelism()} processors (${cpus()[0].model}), Node ${process.version}, ${runs} run(s) each\n`,
  );
  for (const records of sizes) {
    const input = makeInput(cache, { records, decimals: values.decimals, bad: values.bad });
    const measured = new Map(peers.map((peer) => [peer, []]));
    const digests = new Map();
    for (let run = 0; run < runs; run++) {
      for (const peer of peers) {
        const output = path.join(folder, "output");
        mkdirSync(output);
        const figures = await measure(commands.get(peer)(input, output), {
          cwd: folder,
          log: `${folder}/log`,
        });
        measured.get(peer).push(figures);
        const found = await digest(output, peer.readLine);
        digests.set(found, [...(digests.get(found) ?? []), peer.name]);
        rmSync(output, { recursive: true });
        console.error(`${peer.name}: ${figures.seconds.toFixed(1)} s ${JSON.stringify(figures.programs)}`);
      }
    }
    console.log(table(records, measured));
    if (digests.size > 1) {
      for (const [found, names] of digests) console.error(`${found}: ${names.join(", ")}`);
      throw new Error("The outputs differ.");
    }
    console.log(`All outputs are the same: ${[...digests.keys()][0].replace(/ \w+$/, "")}.\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The figures of the middle run of each peer, in Markdown. */
function table(records, measured) {
  const first = middle([...measured.values()][0]).seconds;
  const rows = [...measured].map(([{ name }, figures]) => {
    const { seconds, processorSeconds, memory } = middle(figures);
    const rate = Math.round(records / seconds / 1000);
    return `| ${name} | ${seconds.toFixed(1)} s | ${(first / seconds).toFixed(2)}× | ${processorSeconds.toFixed(1)} s | ${Math.round(memory / 1e6)} MB | ${rate},000 |`;
  });
  return [
    `${records.toLocaleString("en")} records`,
    "",
    "| | wall | faster | processors | peak memory | records/s |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function middle(figures) {
  return figures.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(figures.length / 2)];
}
