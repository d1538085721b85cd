// Who takes part in the benchmark. A peer is
//   name      as tables show it
//   most      records at a time, where more take too long or do not fit; more are run when the peer is named
//   models    that it runs, by their names; all when there is no list
//   prepare   installs what it needs, pinned, into a folder of the cache, once; gives a function that makes the command line of
//             the job of an input file, an output folder and a model. The job writes files whose names begin with `part`.
//   readLine  makes a row of a line of these, see `digest`
import { beamPredict } from "./beam_predict.mjs";
import { beamPython } from "./beam_python.mjs";
import { floor } from "./floor.mjs";
import { mrjob } from "./mrjob.mjs";
import { nodeByHand } from "./node_by_hand.mjs";
import { pyspark } from "./pyspark.mjs";
import { pythonByHand } from "./python_by_hand.mjs";

/** By the names that `--peers` takes, in the order in which they run. */
export const PEERS = {
  floor,
  direct: beamPredict("direct"),
  flink: beamPredict("flink"),
  spark: beamPredict("spark"),
  "sdk-direct": beamPredict("sdk-direct", 1_000_000),
  "node-by-hand": nodeByHand,
  "python-by-hand": pythonByHand,
  pyspark,
  "beam-python": beamPython,
  mrjob,
};
