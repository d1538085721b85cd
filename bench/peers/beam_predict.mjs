// This project on each of its runners, as a peer of a benchmark.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { INVALID, REPOSITORY, SIZES } from "../job.mjs";

const MAIN = path.join(REPOSITORY, "dist/pipelines/main.js");

/** @param name of the runner */
export function beamPredict(name) {
  const command = (input, output) => [
    process.execPath,
    MAIN,
    ...["--runner", name, "--input", input, "--output", output],
    ...["--errors", `${output}.errors`, "--quiet"],
  ];
  return {
    name: `beam-predict ${name}`,
    /** Builds the job server and its archive of classes, which is done once. */
    prepare(folder) {
      const input = path.join(REPOSITORY, "data/input.ldjson");
      const [file, ...args] = command(input, path.join(folder, `prepare-${name}.ldjson`));
      const { status } = spawnSync(file, args, { stdio: "inherit" });
      if (status !== 0) throw new Error(`${name} does not run here.`);
      return (input, output) => command(input, `${output}/part.ldjson`);
    },
    /** A line of an output as the job's check wants it. */
    readLine(line) {
      const [text, prediction] = line.split("\t");
      const record = JSON.parse(text);
      const species = JSON.parse(prediction)?.species ?? INVALID;
      return species === INVALID
        ? { record, species }
        : { record: SIZES.map((size) => record[size]), species };
    },
  };
}
