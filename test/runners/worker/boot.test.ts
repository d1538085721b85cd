// The executable of a worker, started for real as engines start it: by its id and the provision service.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { FakeRunner } from "./fake_runner";
import { FailFn, MODULE, TalkFn } from "./dofns";
import { decode, encode, pardoOf, stageOf } from "./stages";

const BOOT = path.join(__dirname, "../../../runners/worker/boot.js");

let runner: FakeRunner;
beforeEach(async () => (runner = await FakeRunner.start()));
afterEach(() => runner.stop());

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Starts a worker; resolves when it has ended. */
async function boot(modules: string[]): Promise<Ended> {
  runner.provision = {
    controlEndpoint: { url: runner.endpoint() },
    loggingEndpoint: { url: runner.endpoint() },
    options: { "beam:option:registered_node_modules:v1": modules },
  };
  const args = [
    BOOT,
    "--id=7-1",
    `--provision_endpoint=${runner.endpoint()}`,
    "--artifact_endpoint=nowhere:1",
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  }
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...said };
}

const ports = () => ({ source: runner.endpoint(0), sink: runner.endpoint(1) });

test("it loads the job's modules, runs bundles, logs what they print, tells their failures, and ends with the job", async () => {
  const ended = boot([MODULE]);
  const talk = stageOf("talk", new TalkFn(), ports());
  const fail = stageOf("fail", new FailFn(), ports());
  for (const stage of [talk, fail]) runner.descriptors.set(stage.id, stage);
  const run = async (id: string, element: string): Promise<string> => {
    const processBundle = { processBundleDescriptorId: id, cacheTokens: [] };
    const answer = runner.instruct({ oneofKind: "processBundle", processBundle }, `bundle-${id}`);
    await runner.send(`bundle-${id}`, "source", encode([element]), { isLast: true });
    return (await answer).error;
  };
  // The worker opens its data stream when the first bundle begins.
  expect(await run("talk", "it")).toBe("");
  await runner.until(() => runner.received.ends("bundle-talk") > 0);
  expect(decode(runner.received.messages("bundle-talk"))).toEqual(["it"]);
  expect(await run("fail", "fail")).toContain(`In ${pardoOf(fail)}: Error: This element is bad.`);
  await runner.until(() => runner.logs.some(({ entry }) => entry.message === "heard it"));
  const { workerId, entry } = runner.logs.find((log) => log.entry.message === "heard it")!;
  expect(workerId).toBe("7-1");
  expect(entry).toMatchObject({ instructionId: "bundle-talk", transformId: pardoOf(talk) });
  runner.endControl();
  expect(await ended).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("a module that is not there ends it, with the module's name on standard error and in the runner's log", async () => {
  const { status, stderr } = await boot(["/nowhere/at/all"]);
  expect(status).toBe(1);
  expect(stderr).toContain(
    "WorkerError: Module '/nowhere/at/all', which the pipeline's code is registered in,",
  );
  const failed = runner.logs.find(({ entry }) => entry.message === "Worker 7-1 failed.");
  expect(failed?.entry.trace).toContain("Module '/nowhere/at/all'");
});

test("a runner that goes without a word ends it, and it says which one", async () => {
  const ended = boot([MODULE]);
  await runner.instruct({ oneofKind: "harnessMonitoringInfos", harnessMonitoringInfos: {} });
  const where = runner.endpoint();
  await runner.stop();
  const { status, stderr } = await ended;
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Worker 7-1 lost its runner at [^\n]*\n$/);
  expect(stderr).toContain(`at ${where}.`);
});

test("a runner without a provision service ends it", async () => {
  const child = spawn(process.execPath, [BOOT, "--id=7-1", `--provision_endpoint=${runner.endpoint(1)}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [status] = (await once(child, "close")) as [number | null];
  expect(status).toBe(1);
  expect(stderr).toContain(`The runner at ${runner.endpoint(1)} gave no provision info.`);
});
