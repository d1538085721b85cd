// What a person is told, in one line, when something that an engine needs is not there or is not the right one.
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { commandTest, commandTests, linesOf, type Ended, type Workplace } from "./command";

const OPTIONS = "--input ../sample.ldjson --output output.ldjson";

/** A wrong call: one line, nothing written. */
function expectRefused({ status, stdout, stderr }: Ended, place: Workplace, told: string): void {
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(told);
  expect(linesOf(stderr)).toHaveLength(1);
  expect(place.names().filter((name) => !["bin", "java"].includes(name))).toEqual([]);
  expect(place.leftovers()).toEqual([]);
}

/** A program of the shell, as all that there is on the PATH. */
function program(place: Workplace, name: string, script: string): string {
  place.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(place.path(`bin/${name}`), 0o755);
  return place.path("bin");
}

commandTest("no Java", async (place) => {
  const env = { JAVA_HOME: place.path("java") };
  const ended = await place.run(`${OPTIONS} --runner flink`, { env });
  expectRefused(
    ended,
    place,
    `needs Java 17 or later, and there is none in JAVA_HOME (${env.JAVA_HOME}). Install one`,
  );
});

commandTest("an old Java", async (place) => {
  const env = {
    JAVA_HOME: "",
    PATH: program(place, "java", `echo 'openjdk version "11.0.2" 2019-01-15' >&2`),
  };
  const ended = await place.run(`${OPTIONS} --runner spark`, { env });
  expectRefused(
    ended,
    place,
    "needs Java 17 or later; the one in the PATH is 11. Set JAVA_HOME to a later one.",
  );
});

commandTest("no Maven when there is a job server to build", async (place) => {
  const PATH = program(place, "java", `echo 'openjdk version "17.0.2" 2022-01-15' >&2`);
  const env = { JAVA_HOME: "", PATH, BEAM_PREDICT_CACHE: path.join(PATH, "cache") };
  const ended = await place.run(`${OPTIONS} --runner flink`, { env });
  const [building, ...told] = linesOf(ended.stderr);
  expect(building).toContain("Building the job server of Flink");
  expectRefused(
    { ...ended, stderr: told.join("\n") },
    place,
    "needs Maven, and there is no 'mvn' on the PATH. Install it",
  );
});

commandTests([
  [
    "flink",
    "--flink_master 127.0.0.1:1",
    "No Flink that can run jobs answers at 127.0.0.1:1 (--flink_master): nothing listens.",
  ],
  [
    "spark",
    "--spark_master spark://127.0.0.1:1",
    "No Spark master answers at spark://127.0.0.1:1 (--spark_master): nothing listens.",
  ],
  ["flink", "--flink_master flink.example:8081", "The cluster at flink.example is another machine"],
  ["direct", "--flink_master 127.0.0.1:1", "The runner 'direct' does not take --flink_master."],
  ["spark", "--flink_master 127.0.0.1:1", "The runner 'spark' does not take --flink_master."],
  ["direct", "--sdk_worker_parallelism 2", "The runner 'direct' does not take --sdk_worker_parallelism."],
])("on %s %s", async (place, runner, options, told) => {
  expectRefused(await place.run(`${OPTIONS} --runner ${runner} ${options}`), place, told);
});

const OVERVIEW = { "slots-total": 0, taskmanagers: 0 };

commandTests<[string, Record<string, string>, string]>([
  [
    "of another version",
    { "/config": '{"flink-version":"1.18.1"}' },
    "is 1.18.1; this runner needs Flink 1.19. Use a cluster",
  ],
  [
    "without TaskManagers",
    { "/config": '{"flink-version":"1.19.2"}', "/overview": JSON.stringify(OVERVIEW) },
    "it has no TaskManager.",
  ],
  ["that is something else", { "/config": "<html></html>" }, "what answers there is something else."],
  ["that is another service", { "/config": "{}" }, "what answers there is something else."],
])("a Flink %s", async (place, _, answers, told) => {
  const server = createServer((request, response) => response.end(answers[request.url!])).listen(
    0,
    "127.0.0.1",
  );
  try {
    await once(server, "listening");
    const master = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expectRefused(await place.run(`${OPTIONS} --runner flink --flink_master ${master}`), place, told);
  } finally {
    await close(server);
  }
});

commandTest("a Spark of another version, by its master's page", async (place) => {
  const server = createServer().listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const url = `<strong>URL:</strong> spark://127.0.0.1:${port}`;
    server.on("request", (_, response) =>
      response.end(`<span class="version" style="margin-right: 15px;">3.4.4</span> ${url}`),
    );
    const ended = await place.run(`${OPTIONS} --runner spark --spark_master spark://127.0.0.1:${port}`, {
      env: { SPARK_MASTER_WEBUI_PORT: `${port}` },
    });
    expectRefused(ended, place, "is 3.4.4; this runner needs Spark 3.5 with Scala 2.12. Use a cluster");
  } finally {
    await close(server);
  }
});

commandTest("a worker pool on a port that is taken", async (place) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const ended = await place.run(`worker_pool --port ${port}`);
    expectRefused(ended, place, `No worker pool can listen on 127.0.0.1:${port}`);
    expect(ended.stderr).toContain("Give another --port");
  } finally {
    await close(server);
  }
});

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
