// PySpark on a local master with two threads, as a peer of a benchmark.
import { IRIS_MODELS } from "../models.mjs";
import { row } from "../job.mjs";
import { pythonPeer, pythonVersion } from "./python.mjs";

export const pyspark = {
  name: `PySpark ${pythonVersion("pyspark")} local[2]`,
  models: IRIS_MODELS,
  prepare(cache) {
    const { python, program } = pythonPeer(cache, "pyspark");
    return (input, output, model) => [python, program, input, output, model.file];
  },
  readLine(line) {
    const { _corrupt_record: corrupt, species, ...record } = JSON.parse(line);
    return corrupt === undefined ? row(record, { species }) : row(JSON.parse(corrupt), null);
  },
};
