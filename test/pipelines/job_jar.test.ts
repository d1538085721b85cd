// Job jars on real engines: submitted by their own commands, with workers from an unpacked bundle, again and again.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
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

let root: string;
let worker: string;
let place: Workplace;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "beam-predict-job-jar-")));
  const bundle = await unpackBundle(path.join(root, "node"), { folder: root });
  worker = path.join(bundle, "bin/worker");
}, 240_000);

afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => (place = new Workplace()));
afterEach(() => place.remove());

/** Writes a jar for the sample in the place's folder; resolves to the command that the user is told. */
async function writeJar(runner: string, output: string): Promise<string[]> {
  const { status, stdout, stderr } = await place.run(
    `--runner ${runner} --job_jar ${runner}.jar --environment_config ${worker} --input in/*.ldjson --output ${output}`,
    { env: { ...CACHE, ...SECRETS } },
  );
  expect([status, stderr]).toEqual([
    0,
    expect.stringContaining(`${runner}.jar is written; nothing has run.`),
  ]);
  expect(place.names().filter((name) => name !== "in")).toEqual([`${runner}.jar`]);
  return stdout.trim().split(" ");
}

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
async function expectOutput(output: string, jar: string): Promise<void> {
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
  expect(place.names()).toEqual(["in", jar, output.replace("/", ""), "out.errors.ldjson"].sort());
}

function writeInput(name: string, lines: readonly string[]): void {
  place.write(`in/${name}`, lines.map((line) => `${line}\n`).join(""));
}

const LINES = linesOf(readFileSync(SAMPLE, "utf8"));
const LOCAL = "--master 'local[1]' --driver-memory 512m";

test("spark-submit in one process: twice at once, and again with another input", async () => {
  writeInput("a.ldjson", LINES);
  const command = await writeJar("spark", "out/");
  await Promise.all([submit(SPARK_HOME, command, LOCAL), submit(SPARK_HOME, command, LOCAL)]);
  await expectOutput("out/", "spark.jar");
  writeInput("b.ldjson", [
    '{"sepal_length": 5, "sepal_width": 3.5, "petal_length": 1.25, "petal_width": 0.25}',
    "{",
  ]);
  await submit(SPARK_HOME, command, LOCAL);
  await expectOutput("out/", "spark.jar");
}, 300_000);

test("a folder that holds somebody's files by then is left as it is", async () => {
  writeInput("a.ldjson", LINES);
  const command = await writeJar("spark", "out/");
  place.write("out/mine.txt", "mine");
  await expect(submit(SPARK_HOME, command, LOCAL)).rejects.toThrow(
    /The folder '\S+out\/' holds files of others, as 'mine.txt'/,
  );
  expect(place.names("out")).toEqual(["mine.txt"]);
}, 300_000);

test("spark-submit on a standalone cluster", async () => {
  writeInput("a.ldjson", LINES);
  const command = await writeJar("spark", "out.ldjson");
  const cluster = await SparkCluster.start();
  try {
    const here = "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1";
    const size = "--driver-memory 512m --executor-memory 512m --total-executor-cores 2";
    await submit(SPARK_HOME, command, `--master ${cluster.master} ${here} ${size}`);
    await expectOutput("out.ldjson", "spark.jar");
  } finally {
    await cluster.stop();
  }
}, 300_000);

test("flink run on a standalone cluster, again with another input", async () => {
  writeInput("a.ldjson", LINES);
  const command = await writeJar("flink", "out.ldjson");
  const cluster = await FlinkCluster.start();
  try {
    await submit(FLINK_HOME, command, "-p 2", cluster.env);
    await expectOutput("out.ldjson", "flink.jar");
    writeInput("a.ldjson", LINES.slice(0, 5));
    await submit(FLINK_HOME, command, "-p 2", cluster.env);
    await expectOutput("out.ldjson", "flink.jar");
  } finally {
    await cluster.stop();
  }
}, 300_000);

test.each(["flink", "spark"])(
  "a jar for %s holds no secret of whoever built it, and nothing is left aside",
  async (runner) => {
    writeInput("a.ldjson", LINES);
    await writeJar(runner, "out.ldjson");
    expect(entriesWith(place.path(`${runner}.jar`), [worker])).toEqual([
      expect.stringMatching(/^BEAM-PIPELINE\/.*pipeline.json$/),
    ]);
    expect(entriesWith(place.path(`${runner}.jar`), Object.values(SECRETS))).toEqual([]);
    // What is there is replaced.
    writeFileSync(place.path(`${runner}.jar`), "before");
    await writeJar(runner, "out.ldjson");
    expect(entriesWith(place.path(`${runner}.jar`), ["/in/*.ldjson"])).toHaveLength(0);
    expect(readdirSync(place.temporary)).toEqual([]);
  },
  240_000,
);

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
