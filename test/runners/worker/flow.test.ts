// Memory stays bounded however much goes in or out, and no element is too large.
import { createHash } from "node:crypto";
import { STEADY } from "../../../runners/worker/data/message_size";
import { FanOutFn, GateFn, LengthFn, seen } from "./dofns";
import { Job } from "./job";
import { decode, encode } from "./stages";

const MB = 1e6;

let job: Job;
beforeEach(async () => {
  seen.clear();
  job = await Job.start();
});
afterEach(() => job.stop());

test("an element that fans out to 200 MB waits for a slow runner", async () => {
  const { received } = job.runner;
  job.runner.readingPauseMs = 1;
  received.countOnly = true;
  let lead = 0;
  received.onMessage = () => (lead = Math.max(lead, (seen.get("emitted") ?? 0) - received.bytes));
  const { answer, instructionId } = await job.run(job.stage(new FanOutFn(2_000, 100_000)), [0]);
  expect(answer.error).toBe("");
  expect(received.bytes).toBeGreaterThan(200 * MB);
  expect(received.bytes).toBeLessThan(201 * MB);
  expect(received.ends(instructionId)).toBe(1);
  // Flink's runner holds 100 messages of a bundle, and then waits for its end.
  expect(received.messages(instructionId).length).toBeLessThan(100);
  // What is on its way: the worker's four megabytes, the streams' buffers on both sides, a message each.
  expect(lead).toBeLessThan(40 * MB);
});

test("a job server that passes on what comes gets messages that do not grow", async () => {
  const steady = await Job.start("steady", { messageSize: STEADY });
  try {
    const { received } = steady.runner;
    const { instructionId } = await steady.run(steady.stage(new FanOutFn(400, 100_000)), [0]);
    const sizes = received.messages(instructionId).map(({ length }) => length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(40 * MB);
    expect(Math.max(...sizes)).toBeLessThan(STEADY(0) + 110_000);
  } finally {
    await steady.stop();
  }
});

test("a runner that sends 100 MB waits for a slow DoFn", async () => {
  const stage = job.stage(new LengthFn());
  const answered = job.begin(stage, "slow");
  const message = encode(["x".repeat(250_000)]);
  let sent = 0;
  let lead = 0;
  for (let i = 0; i < 400; i++) {
    await job.runner.send("slow", "source", message);
    sent += 250_000;
    lead = Math.max(lead, sent - (seen.get("processed") ?? 0));
  }
  await job.runner.send("slow", "source", new Uint8Array(), { isLast: true });
  expect((await answered).error).toBe("");
  expect(seen.get("processed")).toBe(100 * MB);
  expect(lead).toBeLessThan(40 * MB);
});

test("a bundle that is failing does not keep the stream from the others", async () => {
  const stage = job.stage(new LengthFn());
  const failing = job.begin(stage, "failing");
  await job.runner.send("failing", "source", Buffer.from("garbage"));
  for (let i = 0; i < 30; i++) await job.runner.send("failing", "source", encode(["x".repeat(MB)]));
  expect((await failing).error).toContain("Element 0 of source");
  expect((await job.run(stage, ["whole"])).output).toEqual([5]);
});

test("an element of 20 MB comes in and goes out as it was", async () => {
  const text = Array.from({ length: 2 * MB }, (_, i) => String(i % 10 ** 9).padStart(10)).join("");
  const { output } = await job.run(job.stage(new GateFn()), ["before", text, "after"]);
  const digest = (value: unknown): string => createHash("sha256").update(String(value)).digest("hex");
  expect(output.map(digest)).toEqual(["before", text, "after"].map(digest));
  expect(decode(job.runner.received.messages("none"))).toEqual([]);
});
