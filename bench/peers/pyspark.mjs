// PySpark on a local master with two threads, as a peer of a benchmark: bench/pyspark_job.py in a virtual environment of its own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { INVALID, REPOSITORY, SIZES } from "../job.mjs";

const JOB = path.join(REPOSITORY, "bench/pyspark_job.py");
const REQUIREMENTS = path.join(REPOSITORY, "bench/pyspark_requirements.txt");
const MODEL = path.join(REPOSITORY, "models/iris/iris_model.onnx");

export const pyspark = {
  name: "PySpark local[2]",
  /** Installs it, once. */
  prepare(folder) {
    const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
    const environment = path.join(folder, `pyspark-${hash}`);
    const ready = path.join(environment, "ready");
    if (!existsSync(ready)) {
      console.error(`Installing PySpark into ${environment} (once; it takes some minutes)`);
      run("python3", "-m", "venv", environment);
      run(path.join(environment, "bin/pip"), "install", "-q", "-r", REQUIREMENTS, "--log", `${ready}.log`);
      renameSync(`${ready}.log`, ready);
    }
    return (input, output) => [path.join(environment, "bin/python"), JOB, input, output, MODEL];
  },
  /** A line of an output as the job's check wants it. */
  readLine(line) {
    const row = JSON.parse(line);
    const corrupt = row._corrupt_record;
    return corrupt === undefined
      ? { record: SIZES.map((size) => row[size]), species: row.species }
      : { record: JSON.parse(corrupt), species: INVALID };
  },
};

function run(file, ...args) {
  const { status } = spawnSync(file, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`${path.basename(file)} ${args[0]} failed.`);
}
