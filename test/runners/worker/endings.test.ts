// How a worker ends: with its runner, against it, and whatever becomes of the log.
import { Worker, WorkerError } from "../../../runners/worker";
import { captureConsole } from "../../../runners/worker/logging/console_capture";
import { gates, GateFn, seen, SlowFn, TalkFn } from "./dofns";
import { FakeRunner } from "./fake_runner";
import { Job } from "./job";
import { encode, pardoOf } from "./stages";

beforeEach(() => seen.clear());

async function withOpenBundle(): Promise<Job> {
  const job = await Job.start();
  void job.begin(job.stage(new GateFn()), "open");
  await job.runner.send("open", "source", encode(["gate-open"]));
  while (!seen.has("gate-open")) await new Promise((resolve) => setImmediate(resolve));
  return job;
}

test("when the runner closes the control stream in the middle of a bundle, run resolves", async () => {
  const job = await withOpenBundle();
  job.runner.endControl();
  await job.ended;
  await job.runner.stop();
});

test("when the runner breaks off, run rejects and says which worker lost which runner", async () => {
  const job = await withOpenBundle();
  const where = job.runner.endpoint();
  await job.runner.stop();
  await expect(job.ended).rejects.toThrow(WorkerError);
  await expect(job.ended).rejects.toThrow(`Worker worker-1 lost its runner at ${where}.`);
});

test("a worker that is stopped resolves, with a bundle open", async () => {
  const job = await withOpenBundle();
  job.worker.stop();
  await job.ended;
  await job.runner.stop();
});

test("a worker whose job is over ends after a while without a bundle, and not while one is open", async () => {
  const job = await withOpenBundle();
  job.worker.stopWhenIdle(100);
  await new Promise((resolve) => setTimeout(resolve, 300));
  gates.get("gate-open")!();
  await job.runner.send("open", "source", new Uint8Array(), { isLast: true });
  await job.runner.until(() => job.runner.received.ends("open") > 0);
  expect(job.output("open")).toEqual(["gate-open"]);
  await job.ended;
  await job.runner.stop();
});

test("a runner that is not there is an error", async () => {
  const runner = await FakeRunner.start();
  const controlEndpoint = runner.endpoint();
  await runner.stop();
  const worker = new Worker({ id: "lonely", controlEndpoint, loggingEndpoint: controlEndpoint });
  await expect(worker.run()).rejects.toThrow(`Worker lonely lost its runner at ${controlEndpoint}.`);
});

test("a data stream that breaks fails the bundle that has elements from it, and the next bundle has a new one", async () => {
  const job = await withOpenBundle();
  const stage = job.stage(new SlowFn(1));
  const answered = job.begin(stage, "broken");
  await job.runner.send("broken", "source", encode([1]));
  await job.runner.until(() => job.runner.descriptorRequests.length === 2);
  job.runner.breakData();
  expect((await answered).error).toMatch(
    /The data stream to 127\.0\.0\.1:\d+ broke\. INTERNAL: broken by the test/,
  );
  expect((await job.run(stage, [2])).output).toEqual([2, "finished after 1"]);
  await job.stop();
});

test("a log that is not there hurts nobody", async () => {
  const gone = await FakeRunner.start();
  const loggingEndpoint = gone.endpoint();
  await gone.stop();
  const job = await Job.start("worker-1", { loggingEndpoint });
  const { output } = await job.run(job.stage(new SlowFn(1)), [1]);
  expect(output).toEqual([1, "finished after 1"]);
  expect((await job.runner.instruct({ oneofKind: undefined })).error).not.toBe("");
  job.worker.stop();
  await job.ended;
  await job.runner.stop();
});

test("what DoFns write to a captured console is logged with worker, bundle and transform, also after they waited", async () => {
  const job = await Job.start("worker-7");
  const restore = captureConsole(job.worker.log);
  const stage = job.stage(new TalkFn());
  const { instructionId } = await job.run(stage, ["it"]);
  restore();
  await job.runner.until(() => job.runner.logs.some(({ entry }) => entry.message === "heard it"));
  const { workerId, entry } = job.runner.logs.find((log) => log.entry.message === "heard it")!;
  expect(workerId).toBe("worker-7");
  expect(entry).toMatchObject({
    severity: 5,
    instructionId,
    transformId: pardoOf(stage),
    thread: "worker-7",
  });
  await job.stop();
});
