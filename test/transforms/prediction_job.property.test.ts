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
import { choices, meaning, spell, spread, tree, type Tree } from "../json_texts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "beam-predict-test-"));
  await ModelManager.instance.loadModels([anyModel]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The prediction that the model gives, worked out without it. */
function prediction(value: Tree): string {
  if (value.kind === "number" || value.kind === "string") return "null";
  const members = value.kind === "array" ? value.items : value.kind === "object" ? value.members : [];
  return `{"members":${members.length}}`;
}

/** The lines that the output must hold: of equal records the smallest text, with its prediction. */
function reference(records: { value: Tree; text: string }[]): string[] {
  const smallest = new Map<string, { text: Buffer; value: Tree }>();
  for (const record of records) {
    const text = Buffer.from(record.text);
    const known = smallest.get(meaning(record.text));
    if (known === undefined || text.compare(known.text) < 0) {
      smallest.set(meaning(record.text), { text, value: record.value });
    }
  }
  return [...smallest.values()].map(({ text, value }) => `${text.toString()}\t${prediction(value)}`).sort();
}

async function run(
  files: string[],
  batchSize: number,
  splitBytes: number,
): Promise<{ output: string[]; errors: string[]; counts: JobCounts }> {
  files.forEach((text, i) => writeFileSync(path.join(folder, `input-${i}`), text));
  const [output, errors] = [path.join(folder, "output"), path.join(folder, "errors")];
  const input = files.map((_, i) => path.join(folder, `input-${i}`));
  const pipeline = predictionPipeline({
    model: "any_model",
    input,
    read: { batchSize, splitBytes },
    write: { output, errors },
  });
  const counts = countsFromMetrics(await createRunner("sdk-direct").run(pipeline));
  const lines = (name: string): string[] => readFileSync(name, "utf8").split("\n").slice(0, -1).sort();
  return { output: lines(output), errors: lines(errors), counts };
}

const record = fc
  .record({ value: tree, choices })
  .map(({ value, choices }) => ({ value, choices, text: spell(value, choices) }));
const file = fc.record({
  records: fc.array(record, { maxLength: 8 }),
  end: fc.constantFrom("\n", "\r\n"),
  byteOrderMark: fc.constantFrom("", "\ufeff"),
  isLastLineEnded: fc.boolean(),
});

/** The text of a file: its records with white space between their tokens, and blank lines here and there. */
function fileText({
  records,
  end,
  byteOrderMark,
  isLastLineEnded,
}: typeof file extends fc.Arbitrary<infer T> ? T : never): string {
  const lines = records.flatMap(({ text, choices }) => {
    const line = spread(text, choices).replaceAll("\n", " ");
    return choices[0] % 4 === 0 ? [line, " "] : [line];
  });
  return byteOrderMark + lines.join(end) + (isLastLineEnded && lines.length > 0 ? end : "");
}

test("the output is the reference's", async () => {
  const files = fc.array(file, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.constantFrom(1, 2, 3, 1024),
      fc.constantFrom(7, 40, 1000),
      async (files, batchSize, splitBytes) => {
        const { output, errors, counts } = await run(files.map(fileText), batchSize, splitBytes);
        const records = files.flatMap((file) => file.records);
        expect(output).toEqual(reference(records));
        const failed = records.filter(({ value }) => prediction(value) === "null");
        expect(errors).toHaveLength(failed.length);
        expect(counts).toMatchObject({
          read: records.length,
          distinct: output.length,
          duplicates: records.length - output.length,
          failures: failed.length,
        });
      },
    ),
    { numRuns: 150 },
  );
});
