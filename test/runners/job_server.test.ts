// What a person is told who has no Java, no Maven, a broken job server; and builds side by side.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { FLINK_JOB_SERVER } from "../../runners/flink/job_server";
import { buildJobServer, JobServer } from "../../runners/job_server";
import { findJava } from "../../runners/job_server/java";
import { JobService } from "../../runners/portable/job_service";
import { createRunner, type RunnerOptions } from "../../runners";

let folder: string;

beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "beam-predict-portable-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** An executable of the shell in a folder of its own, which is then all of the PATH but the shell's. */
function program(name: string, script: string): NodeJS.ProcessEnv {
  const bin = path.join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, name), 0o755);
  return { PATH: `${bin}:/bin`, BEAM_PREDICT_CACHE: path.join(folder, "cache") };
}

test("no Java, in JAVA_HOME or on the PATH", async () => {
  await expect(findJava({ PATH: folder })).rejects.toMatchObject({ code: "NO_JAVA" });
  await expect(findJava({ PATH: folder })).rejects.toThrow("there is none in the PATH.");
  const env = { JAVA_HOME: folder, PATH: process.env.PATH };
  await expect(findJava(env)).rejects.toThrow(`there is none in JAVA_HOME (${folder}).`);
});

test.each([
  ['openjdk version "11.0.2" 2019-01-15', "11"],
  ['java version "1.8.0_402"', "8"],
])("an old Java: %s", async (line, version) => {
  const env = program("java", `echo '${line}' >&2`);
  await expect(findJava(env)).rejects.toMatchObject({ code: "OLD_JAVA" });
  await expect(findJava(env)).rejects.toThrow(`the one in the PATH is ${version}.`);
});

test.each([
  ['openjdk version "17.0.15" 2025-04-15', "17.0.15"],
  ['openjdk version "21" 2023-09-19', "21"],
])("a Java that will do: %s", async (line, version) => {
  const env = program("java", `echo '${line}' >&2`);
  expect(await findJava(env)).toEqual({ executable: "java", version });
});

test("no Maven when there is something to build", async () => {
  const env = { PATH: folder, BEAM_PREDICT_CACHE: path.join(folder, "cache") };
  await expect(buildJobServer(FLINK_JOB_SERVER, { env })).rejects.toMatchObject({ code: "NO_MAVEN" });
  expect(readdirSync(path.join(folder, "cache", "job-servers"))).toEqual([]);
});

test("a Java without a compiler, when there is something to build", async () => {
  const env = program("mvn", "echo '[ERROR] No compiler is provided in this environment.'; exit 1");
  await expect(buildJobServer(FLINK_JOB_SERVER, { env })).rejects.toMatchObject({ code: "NO_JDK" });
  expect(readdirSync(path.join(folder, "cache", "job-servers"))).toEqual([]);
});

test("a build that fails: its error, its log, and nothing in the cache", async () => {
  const env = program(
    "mvn",
    "echo '[INFO] begin'; echo '[ERROR] Could not resolve a:b:1'; echo '[ERROR] See'; exit 1",
  );
  const error: unknown = await buildJobServer(FLINK_JOB_SERVER, { env }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "JOB_SERVER_BUILD_FAILED" });
  const [, told, log] = /: (Could not.*) Maven's log is (.*)\.$/.exec((error as Error).message)!;
  expect(told).toBe("Could not resolve a:b:1.");
  expect(readFileSync(log, "utf8")).toContain("[INFO] begin");
  rmSync(path.dirname(log), { recursive: true });
  expect(readdirSync(path.join(folder, "cache", "job-servers"))).toEqual([]);
});

const BUILD =
  "mkdir -p target engine; echo jar > target/job-server.jar; echo e > engine/e.jar; /bin/sleep 0.2";

test("two builds at once: one result, whole, and the next build finds it", async () => {
  const env = program("mvn", BUILD);
  const [one, two] = await Promise.all([1, 2].map(() => buildJobServer(FLINK_JOB_SERVER, { env })));
  expect(one).toBe(two);
  expect(readdirSync(path.dirname(one))).toEqual([path.basename(one)]);
  expect(readdirSync(one).sort()).toEqual(["engine", "job-server.jar", "pom.xml"]);
  expect(await buildJobServer(FLINK_JOB_SERVER, { env: { ...env, PATH: folder } })).toBe(one);
});

test("a build that is cancelled stops Maven", async () => {
  const env = program("mvn", "echo > begun; exec /bin/sleep 600");
  const abort = new AbortController();
  const building = buildJobServer(FLINK_JOB_SERVER, { env, signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 300);
  await expect(building).rejects.toThrow("enough");
});

test("a jar that is not there, or is no job server", async () => {
  await expect(JobServer.start(FLINK_JOB_SERVER, { jar: path.join(folder, "no.jar") })).rejects.toMatchObject(
    {
      code: "NO_JOB_SERVER_JAR",
    },
  );
  const jar = path.join(folder, "some.jar");
  writeFileSync(jar, "not a jar");
  const error: unknown = await JobServer.start(FLINK_JOB_SERVER, { jar }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "JOB_SERVER_NOT_STARTED" });
  const [, log] = /ended at its start \(exit status 1\)\. Its log is (\S+);/.exec((error as Error).message)!;
  expect((error as Error).message).toContain("FlinkJobServerDriver");
  rmSync(path.dirname(log), { recursive: true });
});

test("a port that is taken", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  await expect(JobServer.start(FLINK_JOB_SERVER, { port, jar: __filename })).rejects.toMatchObject({
    code: "PORT_TAKEN",
  });
  holder.close();
});

test("an endpoint where nothing answers", async () => {
  await expect(JobService.connect("127.0.0.1:1", 200)).rejects.toMatchObject({
    code: "JOB_ENDPOINT_UNREACHABLE",
  });
});

test("options that a runner does not take, or that go against each other", () => {
  expect(() => createRunner("direct", { jobEndpoint: "a:1" })).toThrow(
    "The runner 'direct' does not take --job_endpoint.",
  );
  expect(() => createRunner("flink", { jobEndpoint: "a:1", jobServerJar: "b" })).toThrow("not both");
  expect(() => createRunner("spark", { jobEndpoint: "a:1", parallelism: 3 })).toThrow(
    "leave --parallelism out",
  );
  expect(() => createRunner("flink", { sparkMaster: "spark://a:1" })).toThrow(
    "The runner 'flink' does not take --spark_master.",
  );
  expect(() => createRunner("spark", { flinkMaster: "a:1" })).toThrow("does not take --flink_master");
  expect(() => createRunner("flink", { jobEndpoint: "a:1", flinkMaster: "b:1" })).toThrow(
    "leave --flink_master out",
  );
  expect(() => createRunner("spark", { jobEndpoint: "a:1", sparkMaster: "spark://b:1" })).toThrow(
    "leave --spark_master out",
  );
});

test.each<[RunnerOptions, string]>([
  [{ environmentType: "DOCKER" }, "DOCKER needs --environment_config"],
  [{ environmentType: "PROCESS", environmentConfig: "{nothing" }, "must be a command, or JSON"],
  [{ environmentType: "EXTERNAL", environmentConfig: "nothing" }, "must be the HOST:PORT of a worker pool"],
  [{ environmentType: "LOOPBACK", environmentConfig: "a:1" }, "say which by --environment_type"],
  [{ environmentConfig: "a:1" }, "say which by --environment_type"],
  [{ environmentType: "LOOPBACK", sdkWorkerParallelism: 2 }, "leave it or --sdk_worker_parallelism out"],
])("an environment that can't be: %j", (options, message) => {
  expect(() => createRunner("flink", options)).toThrow(message);
});

test("a cluster on another machine needs an environment that is there", () => {
  const flinkMaster = "flink.example:8081";
  expect(() => createRunner("flink", { flinkMaster })).toThrow("is another machine");
  expect(() => createRunner("flink", { flinkMaster, environmentType: "LOOPBACK" })).toThrow(
    "another machine",
  );
  expect(() => createRunner("spark", { sparkMaster: "spark://spark.example:7077" })).toThrow(
    "The cluster at spark.example is another machine",
  );
  const environment = { environmentType: "PROCESS", environmentConfig: "/opt/worker" } as const;
  expect(() => createRunner("flink", { flinkMaster, ...environment })).not.toThrow();
});
