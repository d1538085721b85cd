// Any records, written in any way, in any order, split into any files and blocks, give the output of a plain reference.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { ModelManager } from "../../models";
import { predictionPipeline } from "../../pipelines";
import { createRunner } from "../../runners";
import { countsFromMetrics, type JobCounts } from "../../transforms";
import { anyModel } from "./any_model";
import { anyValue, identity, tokens, type Value } from "./json_texts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "beam-predict-test-"));
  await ModelManager.instance.loadModels([anyModel]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The prediction that the model gives, worked out without it. */
function prediction(value: Value): string {
  if (value.kind === "number" || value.kind === "string") return "null";
  const members =
    value.kind === "array" ? value.items.length : value.kind === "object" ? value.members.length : 0;
  return `{"members":${members}}`;
}

/** The lines that the output must hold: of equal records the smallest text, with its prediction. */
function reference(lines: { value: Value; compact: string }[]): string[] {
  const smallest = new Map<string, { text: Buffer; value: Value }>();
  for (const { value, compact } of lines) {
    const text = Buffer.from(compact);
    const known = smallest.get(identity(value));
    if (known === undefined || text.compare(known.text) < 0) smallest.set(identity(value), { text, value });
  }
  return [...smallest.values()].map(({ text, value }) => `${text.toString()}\t${prediction(value)}`).sort();
}

async function run(
  files: string[],
  batchSize: number,
): Promise<{ output: string[]; errors: string[]; counts: JobCounts }> {
  files.forEach((text, i) => writeFileSync(path.join(folder, `input-${i}`), text));
  const [output, errors] = [path.join(folder, "output"), path.join(folder, "errors")];
  const input = files.map((_, i) => path.join(folder, `input-${i}`));
  const pipeline = predictionPipeline({ model: "any_model", input, output, errors, batchSize });
  const counts = countsFromMetrics(await createRunner("direct").run(pipeline));
  const lines = (name: string): string[] => readFileSync(name, "utf8").split("\n").slice(0, -1).sort();
  return { output: lines(output), errors: lines(errors), counts };
}

const BLANKS = ["", " ", "\t", "\r", "  "];

test("the output is the reference's", async () => {
  const line = fc.record({ value: anyValue, choices: fc.infiniteStream(fc.nat({ max: 5039 })) });
  const file = fc.record({
    lines: fc.array(line, { maxLength: 8 }),
    crlf: fc.boolean(),
    bom: fc.boolean(),
    open: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 2, 3, 1024),
      async (files, batchSize) => {
        const written: { value: Value; compact: string }[] = [];
        const texts = files.map(({ lines, crlf, bom, open }) => {
          const end = crlf ? "\r\n" : "\n";
          const rows = lines.flatMap(({ value, choices }) => {
            const choose = (options: number): number => choices.next().value! % options;
            const parts = tokens(value, choose);
            written.push({ value, compact: parts.join("") });
            const row = parts.map((part) => part + BLANKS[choose(BLANKS.length)]).join("");
            return choose(4) === 0 ? [row, BLANKS[choose(BLANKS.length)]] : [row];
          });
          return (bom ? "\ufeff" : "") + rows.join(end) + (open || rows.length === 0 ? "" : end);
        });
        const { output, errors, counts } = await run(texts, batchSize);
        expect(output).toEqual(reference(written));
        const failed = written.filter(({ value }) => prediction(value) === "null");
        expect(errors).toHaveLength(failed.length);
        expect(counts).toMatchObject({
          read: written.length,
          distinct: output.length,
          duplicates: written.length - output.length,
          failures: failed.length,
        });
      },
    ),
    { numRuns: 150 },
  );
});
