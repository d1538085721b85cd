// Jobs that are kept and run again, as job jars do: each run has its own output, whatever others do or left.
import "../../sdk";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createRunner, type PipelineBuilder } from "../../runners";
import { fileSystemOf, newRepeatedJobId, runOf } from "../../storage";
import { elements, predict, readRecords, writeJsonLines } from "../../transforms";
import { ModelManager } from "../../models";
import { collect as collectAll, s3 } from "../storage/s3_testing";
import { shard } from "../storage/staging";
import { anyModel } from "./any_model";

const { bucket, server } = s3();
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "beam-predict-repeated-"));
  await ModelManager.instance.loadModels([anyModel]);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Place {
  /** A name in a place of the test's own. */
  at: (name: string) => string;
  job: (output: string, jobId: string) => PipelineBuilder;
  /** What is there, hidden files too: texts by their names. */
  files: () => Promise<Record<string, string>>;
}

/** A job that writes what is in `in.ldjson`. */
function jobFrom(input: string, storage?: object): Place["job"] {
  return (output, jobId) => (root) =>
    root
      .apply(readRecords(input))
      .records.apply(predict("any_model"))
      .predictions.apply(elements())
      .map((element: { record: unknown }) => element.record)
      .apply(writeJsonLines(output, { jobId, storage }));
}

function onDisk(): Place {
  const place = path.join(folder, "place");
  return {
    at: (name) => path.join(place, name),
    job: jobFrom(path.join(folder, "in.ldjson")),
    files: async () =>
      Object.fromEntries(
        readdirSync(place, { recursive: true, encoding: "utf8" })
          .filter((name) => statSync(path.join(place, name)).isFile())
          .map((name) => [name, readFileSync(path.join(place, name), "utf8")]),
      ),
  };
}

async function inS3(): Promise<Place> {
  const store = await bucket();
  const storage = { s3: { endpoint: server().endpoint } };
  return {
    at: (name) => `s3://${store.bucket}/place/${name}`,
    job: jobFrom(path.join(folder, "in.ldjson"), storage),
    files: async () => {
      const found: Record<string, string> = {};
      for (const object of await collectAll(store.list(""))) {
        const bytes = await collectAll(store.read(object.key, 0, object.size));
        found[object.key.slice("place/".length)] = Buffer.concat(bytes).toString();
      }
      expect(await collectAll(store.uploads(""))).toEqual([]);
      return found;
    },
  };
}

function writeInput(...numbers: number[]): void {
  writeFileSync(path.join(folder, "in.ldjson"), numbers.map((n) => `${n}\n`).join(""));
}

const run = (job: PipelineBuilder): Promise<unknown> => createRunner("direct").run(job);

/** The rows of the one part that there is, and the names of all that is there. */
async function outputOf({ files }: Place): Promise<{ rows: number[]; names: string[] }> {
  const found = await files();
  const [rows] = Object.entries(found).filter(([name]) => /out\.ldjson$|part-/.test(name));
  return { rows: rows[1].trim().split("\n").map(Number).sort(), names: Object.keys(found).sort() };
}

const PLACES: [string, () => Place | Promise<Place>][] = [
  ["on disk", onDisk],
  ["in S3", inS3],
];
const FILE = { target: "out.ldjson", names: ["out.ldjson"] };
const FOLDER = { target: "out/", names: ["out/_SUCCESS", "out/part-00000-of-00001.ldjson"] };

describe.each(PLACES)("%s", (_, open) => {
  test.each([FILE, FOLDER])("each run of a job writes $target anew", async ({ target, names }) => {
    const place = await open();
    const job = place.job(place.at(target), newRepeatedJobId());
    for (const numbers of [[1, 2], [3], [1, 2]]) {
      writeInput(...numbers);
      await run(job);
      expect(await outputOf(place)).toEqual({ rows: numbers, names });
    }
  });

  test("runs at once leave each other's shards alone", async () => {
    const place = await open();
    const job = place.job(place.at(FILE.target), newRepeatedJobId());
    writeInput(1, 2);
    await Promise.all([run(job), run(job), run(job)]);
    expect(await outputOf(place)).toEqual({ rows: [1, 2], names: FILE.names });
  });

  test("a run that died in its commit is not taken up by the next one", async () => {
    const place = await open();
    const jobId = newRepeatedJobId();
    const target = place.at(FOLDER.target);
    const storage = { s3: { endpoint: server().endpoint } };
    const died = await shard(fileSystemOf(target, storage).stage(target, jobId), "[99]\n");
    const half = await shard(fileSystemOf(target, storage).stage(target, runOf(jobId, [died])), "[99]\n");
    writeInput(1);
    await run(place.job(target, jobId));
    const { rows, names } = await outputOf(place);
    expect(rows).toEqual([1]);
    // What is young may be of a run that lives.
    const left = [died, half].map((file) => file.slice(place.at("").length).replace(/^\//, ""));
    expect(names).toEqual([...FOLDER.names, ...left].sort());
  });
});

test("runs at once that replace a folder come one after the other", async () => {
  const place = onDisk();
  const job = place.job(place.at(FOLDER.target), newRepeatedJobId());
  writeInput(1, 2);
  await Promise.all(Array.from({ length: 8 }, () => run(job)));
  expect(await outputOf(place)).toEqual({ rows: [1, 2], names: FOLDER.names });
});

test("somebody's files in a folder stay, and the run fails", async () => {
  const place = onDisk();
  const job = place.job(place.at(FOLDER.target), newRepeatedJobId());
  writeInput(1);
  await run(job);
  writeFileSync(place.at("out/mine.txt"), "mine");
  const before = Object.keys(await place.files());
  writeInput(2);
  await expect(run(job)).rejects.toThrow(/holds files of others, as 'mine.txt'/);
  const after = Object.keys(await place.files()).filter((name) => !name.startsWith(".out."));
  expect(after.sort()).toEqual(before.sort());
});
