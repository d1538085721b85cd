// The command worker_bundle: what it refuses, in one line, and what Ctrl-C leaves.
import { commandTest, commandTests } from "./command";

const CALL = "worker_bundle --output worker.tar.gz";

commandTests<[string, string, RegExp]>([
  ["no output", "worker_bundle", /^error: required option '--output <path>' not specified$/],
  ["another kind of archive", "worker_bundle --output worker.zip", /It must end in \.tar\.gz\.$/],
  ["a missing folder", "worker_bundle --output gone/worker.tar.gz", /^There is no folder '\S+gone'/],
  ["a platform that is none", `${CALL} --platform x64`, /It must be like linux\/x64/],
  [
    "a platform without native code",
    `${CALL} --platform linux/ia32`,
    /^The package 'onnxruntime-node' has no native/,
  ],
  [
    "the Node of another platform",
    `${CALL} --with_node --platform darwin/arm64`,
    /^--with_node takes this machine's/,
  ],
  ["a file that is not there", `${CALL} --include gone.js`, /^There is no 'gone.js' \(--include\)\.$/],
  ["a model that is not there", `${CALL} --load_model ./gone.js:Gone`, /^No module '.\/gone.js' is found/],
])("%s is refused", async (place, _, line, message) => {
  const { status, stdout, stderr } = await place.run(line);
  expect(stderr.trim()).toMatch(message);
  expect([status, stdout, place.names()]).toEqual([2, "", []]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

commandTest("Ctrl-C in the middle leaves nothing, and an archive that was there as it was", async (place) => {
  place.write("worker.tar.gz", "before");
  const { child, ended } = place.start(CALL);
  child.stderr.once("data", () => child.kill("SIGINT"));
  const { status, stderr } = await ended;
  expect([status, stderr.split("\n").slice(1)]).toEqual([
    130,
    ["Cancelled by SIGINT. Nothing was written.", ""],
  ]);
  expect([place.names(), place.read("worker.tar.gz")]).toEqual([["worker.tar.gz"], "before"]);
});
