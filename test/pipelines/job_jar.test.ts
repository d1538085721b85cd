// Job jars on real engines: submitted by their own commands, with workers from an unpacked bundle, again and again.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { jobServerCache } from "../../runners/job_server/build";
import { unpackBundle } from "../runners/worker_bundle/unpacked";
import { FLINK_HOME, SPARK_HOME } from "../servers/distributions";
import { FlinkCluster } from "../servers/flink_cluster";
import { SparkCluster } from "../servers/spark_cluster";
import { linesOf, SAMPLE, Workplace, type Ended } from "./command";

/** What must not be in a jar, whoever builds it. */
const SECRETS = {
  AWS_SECRET_ACCESS_KEY: "aws-secret-0123456789",
  AWS_SESSION_TOKEN: "aws-token-0123456789",
  GOOGLE_APPLICATION_CREDENTIALS: "/credentials/google-0123456789.json",
};
const CACHE = { BEAM_PREDICT_CACHE: path.dirname(jobServerCache()), JAVA_TOOL_OPTIONS: "-Xmx512m" };

const RUNNERS = ["flink", "spark"] as const;
/** A file, and a folder. */
const OUTPUTS = { flink: "out.ldjson", spark: "out/" };

let root: string;
let worker: string;
/** The jars' paths are in it, and so all tests are; they come one after the other. */
let place: Workplace;
/** What the user is told to submit them by. */
const commands = { flink: [] as string[], spark: [] as string[] };

beforeAll(async () => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "beam-predict-job-jar-")));
  worker = path.join(await unpackBundle(path.join(root, "node"), { folder: root }), "bin/worker");
  place = new Workplace();
  for (const runner of RUNNERS) {
    // What is there is replaced.
    place.write(`${runner}.jar`, "before");
    const { status, stdout, stderr } = await place.run(
      `--runner ${runner} --job_jar ${runner}.jar --environment_config ${worker} --input in/*.ldjson --output ${OUTPUTS[runner]}`,
      { env: { ...CACHE, ...SECRETS } },
    );
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining(`${runner}.jar is written; nothing has run.`),
    ]);
    commands[runner] = stdout.trim().split(" ");
  }
  expect([place.names(), place.leftovers()]).toEqual([["flink.jar", "spark.jar"], []]);
}, 400_000);

afterAll(async () => {
  await place.remove();
  rmSync(root, { recursive: true });
});

afterEach(() => {
  for (const name of place.names().filter((name) => !name.endsWith(".jar")))
    rmSync(place.path(name), { recursive: true });
});

/** Submits a jar with more options; resolves when its job has ended. */
async function submit(
  home: string,
  [command, ...args]: string[],
  options: string,
  env: Record<string, string> = {},
): Promise<void> {
  const [action, rest] = command === "flink" ? [args.slice(0, 1), args.slice(1)] : [[], args];
  const line = ["exec", path.join(home, "bin", command), ...action, options, ...rest].join(" ");
  const variables = Object.entries({ SPARK_LOCAL_IP: "127.0.0.1", ...env }).map(
    ([name, value]) => `${name}='${value}'`,
  );
  const ended: Ended = await place.shell(`unset JAVA_TOOL_OPTIONS; export ${variables.join(" ")}; ${line}`);
  expect([ended.status, ended.status === 0 ? "" : (ended.stdout + ended.stderr).slice(-5000)]).toEqual([
    0,
    "",
  ]);
}

/** Expects the output of the input as it is now, from both outputs, and nothing beside them. */
async function expectOutput(output: string): Promise<void> {
  const direct = await place.run(`--input in/*.ldjson --output ../direct.ldjson --quiet`);
  expect(direct.status).toBe(0);
  const parts = output.endsWith("/") ? place.names(output).filter((name) => name.startsWith("part-")) : [""];
  const rows = parts.flatMap((part) => place.lines(path.join(output, part))).sort();
  expect(rows).toEqual(place.lines("../direct.ldjson"));
  expect(place.failures("out.errors.ldjson")).toEqual(
    place.failures("../direct.errors.ldjson").map(({ file, ...failure }) => ({
      file: place.path(file),
      ...failure,
    })),
  );
  const names = ["in", "flink.jar", "spark.jar", output.replace("/", ""), "out.errors.ldjson"];
  expect(place.names()).toEqual(names.sort());
}

function writeInput(name: string, lines: readonly string[]): void {
  place.write(`in/${name}`, lines.map((line) => `${line}\n`).join(""));
}

const LINES = linesOf(readFileSync(SAMPLE, "utf8"));
const BAD = "{";

test.each(RUNNERS)("the jar for %s holds no secret of whoever built it", (runner) => {
  const jar = place.path(`${runner}.jar`);
  expect(entriesWith(jar, [worker])).toEqual([expect.stringMatching(/^BEAM-PIPELINE\/.*pipeline.json$/)]);
  expect(entriesWith(jar, Object.values(SECRETS))).toEqual([]);
});

test("spark-submit in one process, twice at once", async () => {
  writeInput("a.ldjson", LINES);
  const once = (): Promise<void> =>
    submit(SPARK_HOME, commands.spark, "--master 'local[1]' --driver-memory 512m");
  await Promise.all([once(), once()]);
  await expectOutput(OUTPUTS.spark);
}, 300_000);

test("spark-submit on a standalone cluster", async () => {
  writeInput("a.ldjson", LINES.slice(3));
  writeInput("b.ldjson", [BAD]);
  const cluster = await SparkCluster.start();
  try {
    const here = "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1";
    const size = "--driver-memory 512m --executor-memory 512m --total-executor-cores 2";
    await submit(SPARK_HOME, commands.spark, `--master ${cluster.master} ${here} ${size}`);
    await expectOutput(OUTPUTS.spark);
  } finally {
    await cluster.stop();
  }
}, 300_000);

test("flink run on a standalone cluster, and again with another input", async () => {
  writeInput("a.ldjson", LINES);
  const cluster = await FlinkCluster.start();
  try {
    await submit(FLINK_HOME, commands.flink, "-p 2", cluster.env);
    await expectOutput(OUTPUTS.flink);
    writeInput("a.ldjson", LINES.slice(0, 5));
    writeInput("b.ldjson", [BAD]);
    await submit(FLINK_HOME, commands.flink, "-p 2", cluster.env);
    await expectOutput(OUTPUTS.flink);
  } finally {
    await cluster.stop();
  }
}, 300_000);

/** The entries of a jar that hold one of the texts, as they are or in base64. */
function entriesWith(jar: string, texts: readonly string[]): string[] {
  const program = `
import base64, sys, zipfile
texts = [t.encode() for t in sys.argv[2:]]
for t in list(texts):
    # Wherever in three bytes it begins.
    texts += [base64.b64encode(b" " * n + t)[4 if n else 0:][:-4] for n in range(3)]
with zipfile.ZipFile(sys.argv[1]) as jar:
    for name in jar.namelist():
        held = jar.read(name)
        if any(t in held or t in name.encode() for t in texts): print(name)
`;
  return linesOf(execFileSync("python3", ["-c", program, jar, ...texts], { encoding: "utf8" }));
}
