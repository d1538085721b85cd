// How operators are wired: which of them get an element, and how often.
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { EchoFn } from "./dofns";
import { Job } from "./job";
import { node, pardoOf } from "./stages";

let job: Job;
beforeEach(async () => (job = await Job.start()));
afterEach(() => job.stop());

/** A stage whose ParDo reads a flatten of so many times its input. */
function flattened(times: number): ProcessBundleDescriptor {
  const stage = job.stage(new EchoFn(1, 1));
  const pardo = stage.transforms[pardoOf(stage)];
  const [[tag, input]] = Object.entries(pardo.inputs);
  const inputs = Object.fromEntries(Array.from({ length: times }, (_, i) => [String(i), input]));
  stage.pcollections.flat = { ...stage.pcollections[input] };
  stage.transforms.flatten = node("beam:transform:flatten:v1", new Uint8Array(), inputs, { out: "flat" });
  pardo.inputs = { [tag]: "flat" };
  return stage;
}

test.each([1, 2, 3])("a flatten that has a collection %i times has each element as often", async (times) => {
  const stage = flattened(times);
  expect(Object.keys(stage.transforms)).toHaveLength(4);
  const { output, answer } = await job.run(stage, ["a", "b"]);
  expect(answer.error).toBe("");
  expect(output).toEqual(["a", "b"].flatMap((text) => Array<string>(times).fill(text)));
});

test("two sinks behind one DoFn have every element each", async () => {
  const stage = job.stage(new EchoFn(1, 1));
  stage.transforms.other = { ...stage.transforms.sink };
  const { instructionId, output } = await job.run(stage, ["a", "b"]);
  await job.runner.until(() => job.runner.received.ends(instructionId, "other") > 0);
  expect([output, job.output(instructionId, "other")]).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
});
