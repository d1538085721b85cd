// This project on each of its runners, as a peer of a benchmark.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPair, REPOSITORY } from "../job.mjs";
import { MODELS } from "../models.mjs";

/** Runners with a job server, which is built when it is used first. */
const BUILT = ["flink", "spark"];

const MAIN = path.join(REPOSITORY, "dist/pipelines/main.js");

/**
 * @param runner its name
 * @param most records that are worth the wait
 */
export function beamPredict(runner, most) {
  const command = (input, output, { name, load }) => [
    ...[process.execPath, MAIN, "--runner", runner, "--quiet"],
    ...["--input", input, "--output", `${output}/part.ldjson`, "--errors", `${output}/errors.ldjson`],
    ...["--model_qualified_name", name, ...(load === undefined ? [] : ["--load_model", load])],
  ];
  return {
    name: `beam-predict ${runner}`,
    most,
    /** Builds the job server and its archive of classes, which is done once. */
    prepare() {
      if (!BUILT.includes(runner)) return command;
      const input = path.join(REPOSITORY, "data/input.ldjson");
      const folder = mkdtempSync(path.join(tmpdir(), "beam-predict-bench-"));
      try {
        const [file, ...args] = command(input, folder, MODELS.iris_model);
        const { status } = spawnSync(file, args, { stdio: ["ignore", 2, 2] });
        if (status !== 0) throw new Error(`The runner ${runner} does not run here.`);
      } finally {
        rmSync(folder, { recursive: true });
      }
      return command;
    },
    readLine: readPair,
  };
}
