// The pool that starts workers for a runner, and the executable of a worker process.
import { spawnSync } from "node:child_process";
import { credentials } from "@grpc/grpc-js";
import type {
  StartWorkerRequest,
  StartWorkerResponse,
  StopWorkerResponse,
} from "apache-beam/proto/beam_fn_api";
import { BeamFnExternalWorkerPoolClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { Struct } from "apache-beam/proto/google/protobuf/struct";
import { WorkerError, WorkerPool } from "../../../runners/worker";
import { parseCommandLine } from "../../../runners/worker/boot";
import { loadModules, registeredModules } from "../../../runners/worker/registered_modules";
import { FakeRunner } from "./fake_runner";

let runner: FakeRunner;
let pool: WorkerPool;
let client: BeamFnExternalWorkerPoolClient;
const stopped: { workerId: string; failure?: Error }[] = [];

async function startPool(processes: boolean): Promise<void> {
  stopped.length = 0;
  pool = await WorkerPool.start({
    host: "127.0.0.1",
    processes,
    onWorkerStopped: (workerId, failure) => stopped.push({ workerId, failure }),
  });
  client = new BeamFnExternalWorkerPoolClient(pool.endpoint, credentials.createInsecure());
}

beforeEach(async () => {
  runner = await FakeRunner.start();
});
afterEach(async () => {
  client.close();
  await pool.stop();
  await runner.stop();
});

function startWorker(workerId: string, url = runner.endpoint()): Promise<StartWorkerResponse> {
  const request: StartWorkerRequest = {
    workerId,
    controlEndpoint: { url },
    loggingEndpoint: { url },
    params: {},
  };
  return new Promise((resolve, reject) => {
    client.startWorker(request, (error, response) => (error === null ? resolve(response!) : reject(error)));
  });
}

function stopWorker(workerId: string): Promise<StopWorkerResponse> {
  return new Promise((resolve, reject) => {
    client.stopWorker({ workerId }, (error, response) =>
      error === null ? resolve(response!) : reject(error),
    );
  });
}

const untilStopped = async (): Promise<void> => {
  while (stopped.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

const harness = { oneofKind: "harnessMonitoringInfos", harnessMonitoringInfos: {} } as const;

describe.each([
  ["in this process", false],
  ["in processes", true],
])("a pool of workers %s", (_, processes) => {
  beforeEach(() => startPool(processes));

  test("starts a worker that answers, and stops it when the runner says so", async () => {
    expect(await startWorker("w1")).toEqual({ error: "" });
    expect((await runner.instruct(harness)).error).toBe("");
    await runner.until(() => runner.logs.length > 0);
    const own = runner.logs[0].entry.message.includes(`(process ${process.pid})`);
    expect(own).toBe(!processes);
    expect((await startWorker("w1")).error).toBe("Worker 'w1' is running already.");
    expect(await stopWorker("w1")).toEqual({ error: "" });
    await untilStopped();
    expect(stopped).toEqual([{ workerId: "w1", failure: undefined }]);
  });

  test("regression: the nodes of a cluster give their first workers the same name", async () => {
    const other = await FakeRunner.start();
    try {
      expect(await startWorker("1-1")).toEqual({ error: "" });
      expect(await startWorker("1-1", other.endpoint())).toEqual({ error: "" });
      expect((await runner.instruct(harness)).error).toBe("");
      expect((await other.instruct(harness)).error).toBe("");
      // Whose is meant nobody knows: both go on, until their runners end.
      await stopWorker("1-1");
      expect((await runner.instruct(harness)).error).toBe("");
      expect((await other.instruct(harness)).error).toBe("");
      other.endControl();
      await untilStopped();
      expect(stopped).toEqual([{ workerId: "1-1", failure: undefined }]);
    } finally {
      await other.stop();
    }
  });

  test("says which worker has lost its runner", async () => {
    await startWorker("w2");
    await runner.instruct(harness);
    await runner.stop();
    await untilStopped();
    expect(stopped[0].workerId).toBe("w2");
    expect(stopped[0].failure?.message).toContain("Worker w2 lost its runner at");
  });

  test("ends a worker well when the runner's job is over", async () => {
    await startWorker("w3");
    await runner.instruct(harness);
    runner.endControl();
    await untilStopped();
    expect(stopped).toEqual([{ workerId: "w3", failure: undefined }]);
  });

  test("stops its workers when it is stopped", async () => {
    await startWorker("w4");
    await runner.instruct(harness);
    await pool.stop();
    expect(stopped).toEqual([{ workerId: "w4", failure: undefined }]);
  });
});

describe("workers started ahead", () => {
  beforeEach(() => startPool(true));

  test("are those that a runner gets, and end with the pool where none asks for them", async () => {
    pool.startAhead(2, []);
    const waiting = childrenNamed("boot.js");
    expect(waiting).toHaveLength(2);
    await startWorker("w1");
    expect((await runner.instruct(harness)).error).toBe("");
    await runner.until(() => runner.logs.length > 0);
    const [, process] = /\(process (\d+)\)/.exec(runner.logs[0].entry.message)!;
    expect(waiting).toContain(Number(process));
    expect(childrenNamed("boot.js")).toEqual(waiting);
    await pool.stop();
    expect(childrenNamed("boot.js")).toEqual([]);
  });

  test("that have died are not given out", async () => {
    pool.startAhead(1, ["/nowhere/at/all"]);
    const [waiting] = childrenNamed("boot.js");
    process.kill(waiting, "SIGKILL");
    while (childrenNamed("boot.js").length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await startWorker("w1")).toEqual({ error: "" });
    expect((await runner.instruct(harness)).error).toBe("");
  });
});

/** The processes that this one has started with a script. */
function childrenNamed(script: string): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=,args=", "--ppid", `${process.pid}`], { encoding: "utf8" });
  const lines = stdout.split("\n").filter((line) => line.includes(script));
  return lines.map((line) => Number.parseInt(line, 10));
}

describe("the executable", () => {
  beforeEach(() => startPool(false));

  test("reads options in both forms and leaves those alone that it does not know", () => {
    const args = [
      "--id=1-1",
      "--control_endpoint",
      "h:1",
      "--provision_endpoint=h:2",
      "--status_endpoint=h:3",
      "more",
    ];
    expect(parseCommandLine(args)).toEqual({
      id: "1-1",
      controlEndpoint: "h:1",
      loggingEndpoint: undefined,
      provisionEndpoint: "h:2",
    });
    expect(() => parseCommandLine(["--control_endpoint=h:1"])).toThrow(WorkerError);
  });

  test("finds the modules of a job in its options, and names one that can't be loaded", () => {
    const options = Struct.fromJson({
      "beam:option:registered_node_modules:v1": ["node:path", "/nowhere/at/all"],
    });
    expect(registeredModules(options)).toEqual(["node:path", "/nowhere/at/all"]);
    expect(registeredModules(Struct.fromJson({}))).toEqual([]);
    expect(() => loadModules(["node:path"])).not.toThrow();
    expect(() => loadModules(registeredModules(options))).toThrow(
      "Module '/nowhere/at/all', which the pipeline's code",
    );
  });

  test("regression: what the SDK has registered is loaded without its connectors, which took longer than all else", () => {
    const script = `
      require(${JSON.stringify(require.resolve("../../../runners/worker/registered_modules"))}).loadModules(["apache-beam"]);
      const { registeredObjects } = require("apache-beam/serialization");
      const connectors = Object.keys(require.cache).filter((file) => file.includes("@google-cloud/pubsub"));
      console.log(JSON.stringify([registeredObjects.length > 0, connectors.length]));`;
    const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", cwd: __dirname });
    expect(JSON.parse(stdout)).toEqual([true, 0]);
  });

  test("an address that can't be listened on is an error", async () => {
    // gRPC complains on the console too.
    jest.spyOn(console, "error").mockImplementationOnce(() => undefined);
    const port = Number(pool.endpoint.split(":")[1]);
    await expect(WorkerPool.start({ host: "127.0.0.1", port })).rejects.toThrow(
      `No worker pool can listen on 127.0.0.1:${port}`,
    );
  });
});
