// Regression tests of the faults of the SDK's own worker that this one is without.
import { responseOf, Job } from "./job";
import { FanOutFn, HASTY_FAN_OUT, HASTY_LENGTH, HASTY_TEXTS, LengthFn, seen, SlowFn } from "./dofns";
import { pardoOf } from "./stages";

let job: Job;
beforeEach(async () => {
  seen.clear();
  job = await Job.start();
});
afterEach(() => job.stop());

// Behind an operator that waits for what it emits, as our ParDo does, the SDK's sink is right: this one does not wait.
test("regression: an element that fans out to more than a message is sent once, not once for each element after it", async () => {
  const stage = job.stage(new FanOutFn(1, 1));
  stage.transforms[pardoOf(stage)].spec = { urn: HASTY_FAN_OUT, payload: new Uint8Array() };
  const { output, instructionId } = await job.run(stage, [0, 1]);
  const once = [...Array(HASTY_TEXTS).keys()];
  expect(output.map((text) => Number.parseInt(text as string))).toEqual([...once, ...once]);
  expect(job.runner.received.bytes).toBeLessThan(2 * HASTY_TEXTS * (HASTY_LENGTH + 200));
  expect(job.runner.received.ends(instructionId)).toBe(1);
});

test("regression: a bundle does not end at the last message while elements of earlier ones are being processed", async () => {
  const numbers = [...Array(20_020).keys()];
  const messages = [...Array(20).keys()].map((i) => numbers.slice(1001 * i, 1001 * (i + 1)));
  const { output } = await job.run(job.stage(new SlowFn(500)), ...messages);
  expect(output).toEqual([...numbers, "finished after 20020"]);
});

test("regression: a message of more than 4 MiB arrives", async () => {
  const { output } = await job.run(job.stage(new LengthFn()), ["x".repeat(5 * 2 ** 20)]);
  expect(output).toEqual([5 * 2 ** 20]);
});

test("regression: a descriptor is asked for with the worker's id, and once", async () => {
  const stage = job.stage(new SlowFn(1));
  await job.run(stage, [1]);
  await job.run(stage, [2]);
  expect(job.runner.descriptorRequests).toEqual([{ id: stage.id, workerId: "worker-1" }]);
});

test("regression: a split of a bundle that is over, or was never there, is no split and no error", async () => {
  const { instructionId } = await job.run(job.stage(new SlowFn(1)), [1]);
  for (const id of [instructionId, "never-there"]) {
    const processBundleSplit = { instructionId: id, desiredSplits: {} };
    const answer = await job.runner.instruct({ oneofKind: "processBundleSplit", processBundleSplit });
    expect(answer.error).toBe("");
    expect(responseOf(answer, "processBundleSplit").processBundleSplit.channelSplits).toEqual([]);
  }
});

test("regression: nothing is printed on the console", async () => {
  const methods = ["log", "debug", "info", "warn", "error"] as const;
  const spies = methods.map((method) => jest.spyOn(console, method).mockImplementation(() => undefined));
  await job.run(job.stage(new SlowFn(1)), [1]);
  await job.runner.instruct({ oneofKind: undefined });
  const calls = spies.map((spy) => spy.mock.calls);
  for (const spy of spies) spy.mockRestore();
  expect(calls).toEqual(methods.map(() => []));
});
