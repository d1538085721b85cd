// A Node program without any framework, as a peer of a benchmark: two worker threads, and batches in ONNX Runtime.
import path from "node:path";
import { readPair } from "../job.mjs";

const PROGRAM = path.join(import.meta.dirname, "node_by_hand/job.mjs");

export const nodeByHand = {
  name: "Node by hand, 2 threads",
  prepare: () => (input, output, model) => [process.execPath, PROGRAM, input, output, model.file, model.kind],
  readLine: readPair,
};
