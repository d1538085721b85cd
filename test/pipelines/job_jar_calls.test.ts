// Job jars that can't be: one line that says why, nothing started and nothing written.
import { mkdirSync } from "node:fs";
import { commandTest, commandTests } from "./command";

const JAR = "--job_jar job.jar --output out.ldjson --input ../sample.ldjson";

commandTests<[string, string, RegExp]>([
  [
    "a runner in this process",
    JAR,
    /^--job_jar is of flink and spark: the runner 'direct' runs in this process alone\.$/,
  ],
  ["an unknown runner", `--runner storm ${JAR}`, /^Unknown runner 'storm'\./],
  ["another name", `--runner flink ${JAR.replace("job.jar", "job.zip")}`, /It must end in \.jar\.$/],
  [
    "a missing folder",
    `--runner flink ${JAR.replace("job.jar", "gone/job.jar")}`,
    /^There is no folder '\S+gone' for 'gone\/job.jar' \(--job_jar\)\./,
  ],
  [
    "a folder",
    `--runner flink ${JAR.replace("job.jar", "folder.jar")}`,
    /^'folder.jar' \(--job_jar\) is not a file\./,
  ],
  [
    "standard output",
    `--runner spark ${JAR.replace("out.ldjson", "-")}`,
    /^A job jar has no standard streams, pipes or devices, as '-' \(--output\)/,
  ],
  ["standard input", `--runner spark ${JAR.replace("../sample.ldjson", "-")}`, /, as '-' \(--input\)/],
  ["standard error", `--runner spark ${JAR} --errors -`, /, as '-' \(--errors\)/],
  ["standard output by default", "species_counts --runner spark --job_jar job.jar", /, as '-' \(--output\)/],
  [
    "what is said when it is submitted",
    `--runner spark ${JAR} --parallelism 2`,
    /by --total-executor-cores: leave --parallelism out\.$/,
  ],
  ["a job server elsewhere", `--runner spark ${JAR} --job_endpoint localhost:1`, /leave --job_endpoint out/],
  [
    "this process",
    `--runner spark ${JAR} --environment_type LOOPBACK`,
    /^--job_jar runs without this process/,
  ],
  [
    "an image without a name",
    `--runner spark ${JAR} --environment_type DOCKER`,
    /DOCKER needs --environment_config/,
  ],
  [
    "a secret for the worker",
    `--runner flink ${JAR} --environment_config {"command":"w","env":{"AWS_SECRET_ACCESS_KEY":"s"}}`,
    /^The variable AWS_SECRET_ACCESS_KEY in --environment_config would stand in the jar/,
  ],
  [
    "a password in an endpoint",
    `--runner flink ${JAR} --s3_endpoint http://me:secret@host`,
    /^The password in an endpoint would stand in the jar/,
  ],
  [
    "an output that is an input",
    `--runner flink ${JAR.replace("../sample.ldjson", "out.ldjson")}`,
    /^The output '\S+\/out.ldjson' is also an input/,
  ],
  [
    "an output that a pattern will find",
    `--runner flink ${JAR.replace("../sample.ldjson", "*.ldjson")}`,
    /is also an input of '\S+\/\*\.ldjson'/,
  ],
  [
    "an output in a folder of inputs",
    `--runner flink ${JAR.replace("../sample.ldjson", ".")}`,
    /is also an input/,
  ],
  [
    "a folder whose parts a pattern will find",
    `--runner flink ${JAR.replace("../sample.ldjson", "**/*.csv").replace("out.ldjson", "out/")}`,
    /is also an input/,
  ],
  ["an unknown model", `--runner flink ${JAR} --model_qualified_name rose`, /^There is no model 'rose'|rose/],
])("%s is refused", async (place, _, line, message) => {
  mkdirSync(place.path("folder.jar"));
  const { status, stdout, stderr } = await place.run(line);
  expect([status, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
  expect(stderr.trim()).toMatch(message);
  expect(stderr).not.toContain("secret@");
  expect([place.names(), place.leftovers()]).toEqual([["folder.jar"], []]);
});

commandTest("without Java there is one line, and no jar", async (place) => {
  const { status, stderr } = await place.run(`--runner spark ${JAR}`, { env: { JAVA_HOME: place.folder } });
  expect([status, place.names()]).toEqual([2, []]);
  expect(stderr).toMatch(/^This runner needs Java 17 or later, and there is none in JAVA_HOME/);
});
