// A Python program without any framework, as a peer of a benchmark: orjson, and batches in ONNX Runtime.
import { readPair } from "../job.mjs";
import { pythonPeer } from "./python.mjs";

export const pythonByHand = {
  name: "Python by hand",
  prepare(cache) {
    const { python, program } = pythonPeer(cache, "python_by_hand");
    return (input, output, model) => [python, program, input, `${output}/part`, model.file, model.kind];
  },
  readLine: readPair,
};
