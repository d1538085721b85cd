// Beam's Python SDK with RunInference on its direct runner, as a peer of a benchmark.
import { readPair } from "../job.mjs";
import { pythonPeer, pythonVersion } from "./python.mjs";

export const beamPython = {
  name: `Beam Python ${pythonVersion("beam_python")} direct`,
  // It keeps everything in memory.
  most: 1_000_000,
  prepare(cache) {
    const { python, program } = pythonPeer(cache, "beam_python");
    return (input, output, { file, kind }) => [python, program, input, `${output}/part`, file, kind];
  },
  readLine: readPair,
};
