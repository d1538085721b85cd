// mrjob on its local runner, as a peer of a benchmark: what this project's job was written in before.
import { readPair } from "../job.mjs";
import { pythonPeer, pythonVersion } from "./python.mjs";

export const mrjob = {
  name: `mrjob ${pythonVersion("mrjob")} -r local`,
  most: 1_000_000,
  prepare(cache) {
    const { python, program } = pythonPeer(cache, "mrjob");
    return (input, output, { file, kind }) => [
      ...[python, program, "-r", "local", "--no-conf", "--quiet", input],
      ...["--output-dir", output, "--no-cat-output", "--model", file, "--kind", kind],
    ];
  },
  readLine: readPair,
};
