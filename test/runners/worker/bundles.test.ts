// Bundles on the worker: side by side, failing, with side inputs, metrics, splits and garbage.
import { iterableSideInput, counter, distribution } from "apache-beam/transforms/pardo";
import type { MonitoringInfo } from "apache-beam/proto/metrics";
import { BundlesFn, FailFn, GateFn, gates, MetricsFn, seen, SideFn, SlowFn } from "./dofns";
import { stateId } from "./fake_runner";
import { Job, responseOf } from "./job";
import { decode, encode, encodeSide, jsonPCollection, pardoOf } from "./stages";

let job: Job;
beforeEach(async () => {
  seen.clear();
  gates.clear();
  job = await Job.start();
});
afterEach(() => job.stop());

const untilSeen = async (name: string): Promise<void> => {
  while (!seen.has(name)) await new Promise((resolve) => setImmediate(resolve));
};

/** Begins a bundle that waits at its first element, `gate-ID`. */
async function beginGated(stage: ReturnType<Job["stage"]>, id: string, rest: string[] = []) {
  const answered = job.begin(stage, id);
  await job.runner.send(id, "source", encode([`gate-${id}`, ...rest]));
  await untilSeen(`gate-${id}`);
  return answered;
}

test("two bundles of a stage run at the same time, each in its own order", async () => {
  const stage = job.stage(new GateFn());
  const first = job.begin(stage, "first");
  const second = job.begin(stage, "second");
  for (const part of ["a", "b"]) {
    await job.runner.send("first", "source", encode([part === "a" ? "gate-first" : "first-b"]));
    await job.runner.send("second", "source", encode([`second-${part}`]), { isLast: part === "b" });
  }
  expect((await second).error).toBe("");
  expect(job.runner.answersTo("first")).toEqual([]);
  await untilSeen("gate-first");
  gates.get("gate-first")!();
  await job.runner.send("first", "source", encode(["first-c"]), { isLast: true });
  expect((await first).error).toBe("");
  await job.runner.until(() => job.runner.received.ends("first") > 0);
  expect(decode(job.runner.received.messages("first"))).toEqual(["gate-first", "first-b", "first-c"]);
  expect(decode(job.runner.received.messages("second"))).toEqual(["second-a", "second-b"]);
});

test("elements that arrive before their bundle begins are kept", async () => {
  const stage = job.stage(new GateFn());
  await job.run(stage, ["opens the streams"]);
  await job.runner.send("early", "source", encode(["a", "b"]), { isLast: true });
  expect((await job.begin(stage, "early")).error).toBe("");
  await job.runner.until(() => job.runner.received.ends("early") > 0);
  expect(decode(job.runner.received.messages("early"))).toEqual(["a", "b"]);
});

test("a failing DoFn fails its bundle with stack, cause and transform, and the next bundle is whole", async () => {
  const stage = job.stage(new FailFn());
  const { answer, instructionId } = await job.run(stage, ["a", "fail", "b"]);
  expect(answer.error).toContain(`In ${pardoOf(stage)}: Error: This element is bad.\n    at `);
  expect(answer.error).toContain("Caused by: Error: It is meant to be.");
  const { output } = await job.run(stage, ["c", "d"]);
  expect(output).toEqual(["c", "d"]);
  expect(job.runner.answersTo(instructionId)).toHaveLength(1);
  await job.runner.until(() =>
    job.runner.logs.some(({ entry }) => entry.trace.includes("This element is bad.")),
  );
  const { workerId, entry } = job.runner.logs.find(({ entry }) => entry.trace !== "")!;
  expect(workerId).toBe("worker-1");
  expect(entry).toMatchObject({ severity: 6, instructionId, transformId: pardoOf(stage) });
});

test("operators are used for the next bundle of their stage, unless they have failed", async () => {
  const stage = job.stage(new BundlesFn());
  expect((await job.run(stage, ["a"])).output).toEqual([1]);
  expect((await job.run(stage, ["b"])).output).toEqual([2]);
  expect((await job.run(stage, ["fail"])).answer.error).toContain("This element is bad.");
  expect((await job.run(stage, ["c"])).output).toEqual([1]);
});

test("a side input comes over several pages, and is asked for once a bundle", async () => {
  const stage = job.stage(new SideFn(), (root) => ({
    side: iterableSideInput(jsonPCollection(root, "numbers")),
  }));
  const [sideInputId] = Object.keys(stage.transforms[pardoOf(stage)].inputs).filter((tag) =>
    tag.startsWith("side"),
  );
  const key = stateId({
    type: {
      oneofKind: "iterableSideInput",
      iterableSideInput: { transformId: pardoOf(stage), sideInputId, window: new Uint8Array() },
    },
  });
  const bytes = encodeSide(["one", "two", "three"]);
  // The pages end within elements.
  job.runner.states.set(key, [bytes.subarray(0, 2), bytes.subarray(2, 7), bytes.subarray(7)]);
  const { output, answer } = await job.run(stage, [1, 2]);
  expect(answer.error).toBe("");
  expect(output).toEqual([1, 2].map((n) => [n, ["one", "two", "three"]]));
  expect(job.runner.stateRequests).toHaveLength(3);

  job.runner.states.set(key, [encodeSide(["new"])]);
  expect((await job.run(stage, [3])).output).toEqual([[3, ["new"]]]);

  job.runner.states.set(key, { error: "the side input is gone" });
  const { answer: failed } = await job.run(stage, [4]);
  expect(failed.error).toContain(`could not give side input '${sideInputId}'`);
  expect(failed.error).toContain("the side input is gone");
});

const labelled = (infos: MonitoringInfo[], urn: string): [Record<string, string>, number[]][] =>
  infos.filter((info) => info.urn === urn).map(({ labels, payload }) => [labels, [...payload]]);

test("metrics have their labels, begin at zero in each bundle and are not cut to 32 bits", async () => {
  const stage = job.stage(new MetricsFn(), () => ({
    hits: counter("hits"),
    sizes: distribution("sizes"),
  }));
  const labels = (NAME: string) => ({ PTRANSFORM: pardoOf(stage), NAMESPACE: "", NAME });
  const expectMetrics = (infos: MonitoringInfo[], hits: number[], sizes: number[]): void => {
    expect(labelled(infos, "beam:metric:user:sum_int64:v1")).toEqual([[labels("hits"), hits]]);
    expect(labelled(infos, "beam:metric:user:distribution_int64:v1")).toEqual([[labels("sizes"), sizes]]);
  };
  const first = await job.run(stage, [2, 3, 100]);
  const { monitoringInfos, monitoringData } = responseOf(first.answer, "processBundle").processBundle;
  expectMetrics(monitoringInfos, [105], [3, 105, 2, 100]);
  const counts = labelled(monitoringInfos, "beam:metric:element_count:v1");
  expect(counts.map(([{ PCOLLECTION }]) => PCOLLECTION)).toEqual(
    expect.arrayContaining(Object.values(stage.transforms.sink.inputs)),
  );
  expect(counts.map(([, payload]) => payload)).toEqual([[3], [3]]);

  // The same operators again.
  const second = await job.run(stage, [2 ** 40]);
  const big = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];
  expectMetrics(responseOf(second.answer, "processBundle").processBundle.monitoringInfos, big, [
    1,
    ...big,
    ...big,
    ...big,
  ]);

  // The short names are explained when the runner asks.
  const monitoringInfoId = Object.keys(monitoringData);
  const asked = await job.runner.instruct({
    oneofKind: "monitoringInfos",
    monitoringInfos: { monitoringInfoId },
  });
  const explained = responseOf(asked, "monitoringInfos").monitoringInfos.monitoringInfo;
  const rebuilt = Object.entries(explained).map(([id, info]) => ({ ...info, payload: monitoringData[id] }));
  expect(rebuilt.map(({ urn, labels: own, payload }) => [urn, own, [...payload]])).toEqual(
    monitoringInfos.map(({ urn, labels: own, payload }) => [urn, own, [...payload]]),
  );
});

test("progress of a bundle at work counts what was begun; one that is over has none", async () => {
  const answered = beginGated(job.stage(new GateFn()), "slow", ["b"]);
  await untilSeen("gate-slow");
  const ask = () =>
    job.runner.instruct({
      oneofKind: "processBundleProgress",
      processBundleProgress: { instructionId: "slow" },
    });
  const { monitoringInfos } = responseOf(await ask(), "processBundleProgress").processBundleProgress;
  expect(labelled(monitoringInfos, "beam:metric:element_count:v1").map(([, payload]) => payload)).toEqual([
    [1],
  ]);
  gates.get("gate-slow")!();
  await job.runner.send("slow", "source", new Uint8Array(), { isLast: true });
  await answered;
  const after = await ask();
  expect(after.error).toBe("");
  expect(responseOf(after, "processBundleProgress").processBundleProgress.monitoringInfos).toEqual([]);
});

test("a bundle at work gives back elements that have not begun, and processes exactly the others", async () => {
  const rest = [...Array(9).keys()].map((i) => `e${i + 1}`);
  const answered = beginGated(job.stage(new GateFn()), "split", rest);
  await untilSeen("gate-split");
  const desired = { fractionOfRemainder: 0.5, allowedSplitPoints: [], estimatedInputElements: 10n };
  const processBundleSplit = { instructionId: "split", desiredSplits: { source: desired } };
  const split = await job.runner.instruct({ oneofKind: "processBundleSplit", processBundleSplit });
  const { channelSplits } = responseOf(split, "processBundleSplit").processBundleSplit;
  expect(channelSplits).toEqual([
    { transformId: "source", lastPrimaryElement: 4n, firstResidualElement: 5n },
  ]);
  gates.get("gate-split")!();
  await job.runner.send("split", "source", encode(["e10"]), { isLast: true });
  expect((await answered).error).toBe("");
  await job.runner.until(() => job.runner.received.ends("split") > 0);
  expect(decode(job.runner.received.messages("split"))).toEqual(["gate-split", "e1", "e2", "e3", "e4"]);
});

test("garbage on the data plane fails the bundle that it is for, and no other", async () => {
  const stage = job.stage(new SlowFn(1));
  await job.run(stage, [0]);
  const whole = encode([1, 2]);
  const bad: [string, Uint8Array, RegExp][] = [
    ["source", whole.subarray(0, whole.length - 1), /Element 1 of source/],
    ["source", Buffer.from("this is no element at all, is it?"), /Element 0 of source/],
    ["elsewhere", whole, /'elsewhere', which is no source of this bundle/],
  ];
  for (const [transformId, data, message] of bad) {
    const instructionId = job.runner.newId();
    const answered = job.begin(stage, instructionId);
    await job.runner.send(instructionId, transformId, data);
    expect((await answered).error).toMatch(message);
    // What still comes for it hurts nobody.
    await job.runner.send(instructionId, "source", whole, { isLast: true });
  }
  await job.runner.send("never-begun", "source", Buffer.alloc(1000));
  const timers = {
    instructionId: "timers",
    transformId: "source",
    timerFamilyId: "t",
    timers: whole,
    isLast: true,
  };
  const answered = job.begin(stage, "timers");
  await job.runner.sendMessage({ data: [], timers: [timers] });
  expect((await answered).error).toContain("Timers arrived for source, which has none.");
  expect((await job.run(stage, [7])).output).toEqual([7, "finished after 1"]);
});

test("an instruction that is not known, or names a descriptor that is not, is answered with an error, once", async () => {
  const unknown = await job.runner.instruct({ oneofKind: undefined });
  expect(unknown.error).toContain("does not know this instruction");
  const processBundle = { processBundleDescriptorId: "nowhere", cacheTokens: [] };
  const lost = await job.runner.instruct({ oneofKind: "processBundle", processBundle });
  expect(lost.error).toContain("did not give the descriptor 'nowhere'");
  expect(lost.error).toContain("no descriptor nowhere");
  const finalizeBundle = { instructionId: "any" };
  expect((await job.runner.instruct({ oneofKind: "finalizeBundle", finalizeBundle })).error).toBe("");
  const harness = await job.runner.instruct({
    oneofKind: "harnessMonitoringInfos",
    harnessMonitoringInfos: {},
  });
  expect(harness.error).toBe("");
  const ids = job.runner.answers.map(({ instructionId }) => instructionId);
  expect(new Set(ids).size).toBe(ids.length);
});
