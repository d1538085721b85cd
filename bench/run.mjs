// The prediction job in this project and in its peers, side by side: the same records, the same outputs, start-up included.
//   npm run bench -- [--quick] [--records N[,N...]] [--decimals 1,4] [--models NAME[,NAME...]] [--peers NAME[,NAME...]] ...
//
// Each peer runs the job in turn, R times; the middle run counts. Install Java 17, Maven, Rust and Python 3.11 before. What is built
// and installed, and the records, are kept in ~/.cache/beam-predict/bench (BEAM_PREDICT_CACHE names another place).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, homedir, release, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { chart } from "./chart.mjs";
import { digest, makeInput } from "./job.mjs";
import { measure } from "./measure.mjs";
import { MODELS } from "./models.mjs";
import { PEERS } from "./peers/index.mjs";
import { middle, table } from "./table.mjs";

/** What is measured in less than two minutes: one of the two engines inside job servers. */
const QUICK = {
  ...{ records: [100_000], decimals: [4], models: ["iris_model"], runs: 1 },
  peers: Object.keys(PEERS).filter((name) => name !== "spark"),
};

const list = (parse) => (text) => text.split(",").map((part) => parse(part));
const number = (least, most) => (text) => {
  const value = Number(text);
  if (text !== "" && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`'${text}' is no number from ${least} to ${most}.`);
};
const oneOf = (names) => (name) => {
  if (Object.hasOwn(names, name)) return name;
  throw new InvalidArgumentError(`'${name}' is none of ${Object.keys(names).join(", ")}.`);
};

const command = new Command("bench")
  .description("Runs the prediction job in this project and in its peers, and compares what it takes.")
  .option("--records <n,...>", "how many", list(number(1, 1e9)), [1_000_000])
  .option("--decimals <1,4>", "of the records' numbers: many duplicates, or few", list(number(0, 15)), [1, 4])
  .option("--bad <percent>", "of the records", number(0, 100), 0.1)
  .option("--models <names>", Object.keys(MODELS).join(", "), list(oneOf(MODELS)), [
    "iris_model",
    "logistic_regression",
    "random_forest",
  ])
  .option("--peers <names>", `${Object.keys(PEERS).join(", ")} (default: all)`, list(oneOf(PEERS)))
  .option("--runs <n>", "of each peer; the middle one counts", number(1, 100), 3)
  .option("--quick", "100,000 records, 4 decimals, the iris model, one run, no Spark")
  .option("--out <folder>", "where results.json, table.md and chart.svg go", "bench-results")
  .parse();
const isGiven = (name) => command.getOptionValueSource(name) === "cli";
const options = { peers: Object.keys(PEERS), ...command.opts() };
if (options.quick) {
  for (const [name, value] of Object.entries(QUICK)) if (!isGiven(name)) options[name] = value;
}

const cache = path.join(
  process.env.BEAM_PREDICT_CACHE ?? path.join(homedir(), ".cache", "beam-predict"),
  "bench",
);
mkdirSync(cache, { recursive: true });
mkdirSync(options.out, { recursive: true });
const folder = mkdtempSync(path.join(tmpdir(), "beam-predict-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
// Those that run get it too.
process.once("SIGINT", () => process.exit(130));
const results = { date: new Date().toISOString().slice(0, 10), machine: machine(), cases: [] };
try {
  const commands = prepare(options.peers);
  for (const task of tasks(options)) {
    console.error(`\n${task.title}`);
    const input = makeInput(cache, { kind: task.model.kind, ...task });
    const taking = [...commands.keys()].filter((name) => takes(name, task));
    const { rows, measured } = await runAll(taking, commands, input, task.model);
    const { title, records, decimals, bad, model } = task;
    results.cases.push({ title, records, decimals, bad, model: model.name, rows, peers: measured });
    // Written each time: an hour's work is not lost by what fails in the next one.
    write(options.out, results);
  }
  console.log(table(results));
  console.error(`Written to ${options.out}: results.json, table.md, chart.svg`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** What each peer runs, by its name. One that can't be installed here is left out, unless it is asked for. */
function prepare(names) {
  const commands = new Map();
  for (const name of names) {
    try {
      console.error(`${PEERS[name].name}: preparing`);
      commands.set(name, PEERS[name].prepare(cache));
    } catch (error) {
      if (isGiven("peers")) throw error;
      console.error(`${PEERS[name].name} is left out: ${error.message}`);
    }
  }
  return commands;
}

/** Every combination of what is asked for. Digits have no decimals. */
function tasks({ records, decimals, models, bad }) {
  const title = (count, places, model) => {
    const precision = model.kind === "iris" ? ` with ${places} decimal${places === 1 ? "" : "s"}` : "";
    return `${count.toLocaleString("en")} records${precision}, ${bad}% bad, ${model.name}`;
  };
  return records.flatMap((count) =>
    models
      .map((name) => MODELS[name])
      .flatMap((model) =>
        (model.kind === "iris" ? decimals : [0]).map((places) => ({
          ...{ records: count, decimals: places, bad, model },
          title: title(count, places, model),
        })),
      ),
  );
}

function takes(name, { records, model }) {
  const { most = Infinity, models = [model.name] } = PEERS[name];
  return models.includes(model.name) && (records <= most || isGiven("peers"));
}

/** Runs a job in each peer, in turn, and checks that they agree. */
async function runAll(names, commands, input, model) {
  const runs = new Map(names.map((name) => [name, []]));
  const digests = new Map();
  for (let run = 0; run < options.runs; run++) {
    for (const name of names) {
      const peer = PEERS[name];
      const output = path.join(folder, "output");
      mkdirSync(output);
      const figures = await measure(commands.get(name)(input, output, model), {
        cwd: folder,
        log: path.join(folder, "log"),
      });
      runs.get(name).push(figures);
      const { rows, hash } = await digest(output, peer.readLine);
      digests.set(hash, { rows, names: [...(digests.get(hash)?.names ?? []), name] });
      rmSync(output, { recursive: true });
      const { seconds, processorSeconds } = figures;
      console.error(
        `${peer.name}: ${seconds.toFixed(2)} s, ${processorSeconds.toFixed(2)} s of processors, ${rows} rows`,
      );
    }
  }
  if (digests.size > 1) {
    const found = [...digests].map(([hash, { rows, names }]) => `${hash}, ${rows} rows: ${names.join(", ")}`);
    throw new Error(`The outputs differ.\n${found.join("\n")}`);
  }
  const measured = names.map((name) => ({
    name: PEERS[name].name,
    ...middle(runs.get(name)),
    runs: runs.get(name),
  }));
  return { rows: [...digests.values()][0]?.rows, measured };
}

function write(out, results) {
  writeFileSync(path.join(out, "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(path.join(out, "table.md"), table(results));
  writeFileSync(path.join(out, "chart.svg"), chart(results));
}

function machine() {
  return {
    processors: availableParallelism(),
    processor: cpus()[0].model,
    memory: totalmem(),
    system: `${process.platform} ${release()}`,
    node: process.version,
  };
}
