// Bundles of minutes and hours, by a clock that the test controls.
import { GateFn, gates, seen } from "./dofns";
import { Job, responseOf } from "./job";
import { encode } from "./stages";

const MINUTE = 60_000;

let job: Job;
beforeEach(async () => {
  seen.clear();
  gates.clear();
  jest.useFakeTimers({
    doNotFake: ["Date", "nextTick", "setImmediate", "queueMicrotask", "performance", "hrtime"],
  });
  job = await Job.start();
});
afterEach(async () => {
  jest.useRealTimers();
  await job.stop();
});

const untilSeen = async (name: string): Promise<void> => {
  while (!seen.has(name)) await new Promise((resolve) => setImmediate(resolve));
};

test("a bundle that stands still for two hours answers its runner, takes in what comes, and loses nothing", async () => {
  const stage = job.stage(new GateFn());
  const answered = job.begin(stage, "long");
  await job.runner.send("long", "source", encode(["gate-long"]));
  await untilSeen("gate-long");
  const sent: string[] = [];
  for (let i = 0; i < 120; i++) {
    jest.advanceTimersByTime(MINUTE);
    sent.push(`minute-${i}`);
    await job.runner.send("long", "source", encode([`minute-${i}`]));
    const answer = await job.runner.instruct({
      oneofKind: "processBundleProgress",
      processBundleProgress: { instructionId: "long" },
    });
    expect(responseOf(answer, "processBundleProgress").processBundleProgress.monitoringInfos).not.toEqual([]);
  }
  // Another bundle is not in its way.
  expect((await job.run(stage, ["short"])).output).toEqual(["short"]);
  gates.get("gate-long")!();
  await job.runner.send("long", "source", new Uint8Array(), { isLast: true });
  expect((await answered).error).toBe("");
  await job.runner.until(() => job.runner.received.ends("long") > 0);
  expect(job.output("long")).toEqual(["gate-long", ...sent]);
});

test("elements wait three minutes for their bundle to begin, and then it can't begin without them", async () => {
  const stage = job.stage(new GateFn());
  await job.run(stage, ["opens the streams"]);
  const send = async (id: string): Promise<void> => {
    await job.runner.send(id, "source", encode([id]), { isLast: true });
    // The stream keeps the order: when a bundle that was sent later is over, these have arrived.
    await job.run(stage, ["after"]);
  };
  await send("late");
  jest.advanceTimersByTime(3 * MINUTE - 1);
  expect((await job.begin(stage, "late")).error).toBe("");
  await job.runner.until(() => job.runner.received.ends("late") > 0);
  expect(job.output("late")).toEqual(["late"]);

  await send("too late");
  jest.advanceTimersByTime(3 * MINUTE);
  expect((await job.begin(stage, "too late")).error).toContain(
    "did not begin within 180 s, and were dropped",
  );
});
