// Whatever the sizes of elements, messages and bundles, and whatever waits: nothing is lost, nothing is there twice, and the
// order within a bundle is kept.
import fc from "fast-check";
import { EchoFn } from "./dofns";
import { Job } from "./job";
import { encode } from "./stages";

let job: Job;
beforeAll(async () => (job = await Job.start()));
afterAll(() => job.stop());

/** Sizes of texts: mostly small ones, now and then one of more than a message of the worker's. */
const size = fc.oneof(
  { weight: 20, arbitrary: fc.nat(100) },
  { weight: 2, arbitrary: fc.nat(50_000) },
  { weight: 1, arbitrary: fc.integer({ min: 2 ** 20 - 50, max: 2 ** 21 }) },
);
/** A bundle's messages, of which some are empty. */
const bundle = fc.array(fc.array(size, { maxLength: 20 }), { maxLength: 8 });
/** Which bundle's message comes next, and how many copies of an element the DoFn gives. */
const setting = fc.record({
  bundles: fc.array(bundle, { minLength: 1, maxLength: 4 }),
  turns: fc.infiniteStream(fc.nat(3)),
  copies: fc.integer({ min: 0, max: 3 }),
  waitEvery: fc.integer({ min: 1, max: 10 }),
});

test("bundles side by side over one stream", async () => {
  await fc.assert(
    fc.asyncProperty(setting, async ({ bundles, turns, copies, waitEvery }) => {
      const stage = job.stage(new EchoFn(copies, waitEvery));
      let number = 0;
      const open = bundles.map((messages) => ({
        id: job.runner.newId(),
        messages: messages.map((sizes) => sizes.map((length) => `${number++}-`.padEnd(length, "x"))),
        sent: 0,
      }));
      const answers = open.map(({ id }) => job.begin(stage, id));
      const waiting = [...open];
      while (waiting.length > 0) {
        const i = turns.next().value! % waiting.length;
        const one = waiting[i];
        const isLast = one.sent === one.messages.length;
        const data = isLast ? new Uint8Array() : encode(one.messages[one.sent++]);
        await job.runner.send(one.id, "source", data, { isLast });
        if (isLast) waiting.splice(i, 1);
      }
      for (const [i, { id, messages }] of open.entries()) {
        expect((await answers[i]).error).toBe("");
        await job.runner.until(() => job.runner.received.ends(id) > 0);
        const expected = messages.flat().flatMap((text) => Array<string>(copies).fill(text));
        // Large texts are compared by their number and length: a difference can be read.
        const short = (text: unknown): string =>
          `${Number.parseInt(text as string)}: ${(text as string).length}`;
        expect(job.output(id).map(short)).toEqual(expected.map(short));
        expect(job.runner.received.ends(id)).toBe(1);
      }
    }),
    { numRuns: 25 },
  );
});
