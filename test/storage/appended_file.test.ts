// One file that processes append their shards to at once: in the end it has those that count, whatever became of others.
import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { canMix, newJobId, newRepeatedJobId, WHOLE_LAYOUT } from "../../storage";
import type { StagedFolder } from "../../storage/file_systems/local/staged_folder";
import type { Appending } from "./appending_process";
import { linesOfShards, sortedLines, textOf } from "./appending";
import { commit, shard, staging } from "./staging";

/** The module whose calls the tests make fail. */
const fs = require("node:fs/promises") as typeof import("node:fs/promises");

const staged = staging();
const { at, files, write } = staged;
const stage = (target = "out", jobId = newJobId()): StagedFolder =>
  staged.stage(target, jobId, { canAppend: true });

afterEach(() => jest.restoreAllMocks());

const inodeOf = (name: string): number => statSync(name).ino;
const dataOf = ({ folder }: StagedFolder): string => path.join(folder, "appended");
const indexOf = (output: StagedFolder): string => `${dataOf(output)}.index`;

/** Starts a process that appends; `told` is the next that it says. */
function appending(output: StagedFolder, what: Pick<Appending, "name" | "shards" | "writes">) {
  const { target, jobId } = output;
  const script = path.join(__dirname, "appending_process.js");
  const child = fork(script, [JSON.stringify({ target, jobId, ...what })]);
  const shards = new Promise<string[]>((resolve) =>
    child.on("message", (message) => Array.isArray(message) && resolve(message as string[])),
  );
  return { child, shards, atWork: once(child, "message"), ended: once(child, "exit") };
}

async function expectLines(lines: readonly string[]): Promise<void> {
  // Not toEqual: it would print megabytes.
  expect(sortedLines(await readFile(at("out"), "utf8")).join("") === [...lines].sort().join("")).toBe(true);
  expect(await readdir(at())).toEqual(["out"]);
}

it("is not copied: many processes, each with shards at once, have written it", async () => {
  const output = stage();
  const names = ["a", "b", "c", "d"];
  const processes = names.map((name) => appending(output, { name, shards: 3, writes: 23 }));
  const shards = await Promise.all(processes.map(({ shards }) => shards));
  await Promise.all(processes.map(({ ended }) => ended));
  const inode = inodeOf(dataOf(output));
  await commit(output, shards.flat());
  expect(inodeOf(at("out"))).toBe(inode);
  await expectLines(
    linesOfShards(
      names.flatMap((name) => [`${name}.0`, `${name}.1`, `${name}.2`]),
      23,
    ),
  );
});

it("has nothing of a process that was killed while it wrote", async () => {
  const output = stage();
  const killed = appending(output, { name: "killed", shards: 2, writes: 1_000_000 });
  await killed.atWork;
  const other = appending(output, { name: "other", shards: 2, writes: 30 });
  await other.atWork;
  killed.child.kill("SIGKILL");
  const shards = await other.shards;
  await Promise.all([killed.ended, other.ended]);
  await commit(output, shards);
  await expectLines(linesOfShards(["other.0", "other.1"], 30));
});

it("has nothing of a shard that was abandoned", async () => {
  const output = stage();
  const first = await shard(output, "first\n");
  const abandoned = await shard(output, "abandoned\n");
  await output.removeShards([abandoned]);
  await commit(output, [first, await shard(output, "last\n")]);
  await expectLines(["first\n", "last\n"]);
});

it("has what counts of random shards, whose writes come in any order", async () => {
  const writes = fc.array(fc.tuple(fc.nat(4), fc.nat(6)), { maxLength: 30 });
  const counts = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(writes, counts, fc.boolean(), async (writes, counts, isAtOnce) => {
      const output = stage();
      const writers = await Promise.all(counts.map(() => output.createShard()));
      const texts = writes.map(([, size], i) => ({ of: writes[i][0], text: textOf(`write${i}`, size) }));
      const before: Promise<void>[] = writers.map(async () => undefined);
      for (const { of, text } of texts) {
        before[of] = before[of].then(() => writers[of].write(Buffer.from(text)));
        if (!isAtOnce) await before[of];
      }
      await Promise.all(before);
      // Of those that do not count some are open when the others are put in place.
      const open = writers.filter((_, i) => !counts[i] && i % 2 === 1);
      for (const writer of writers) if (!open.includes(writer)) await writer.close();
      const counted = writers.filter((_, i) => counts[i]).map(({ path }) => path);
      await commit(output, [...counted, await shard(output)]);
      await expectLines(texts.filter(({ of }) => counts[of]).map(({ text }) => text));
      for (const writer of open) await writer.close().catch(() => undefined);
    }),
    { numRuns: 40 },
  );
});

describe("an index with half a record", () => {
  it("at its end leaves the shards before it", async () => {
    const output = stage();
    const shards = [await shard(output, "a\n"), await shard(output, "b\n")];
    appendFileSync(indexOf(output), Buffer.alloc(5, 1));
    await commit(output, shards);
    await expectLines(["a\n", "b\n"]);
  });

  it("takes no more shards", async () => {
    const output = stage();
    await shard(output, "a\n");
    appendFileSync(indexOf(output), Buffer.alloc(5, 1));
    await expect(shard(output, "b\n")).rejects.toThrow(
      `Cannot write '${at("out")}': the index of the shards is damaged`,
    );
  });
});

it("is committed again when the process was killed before it was in place, and not after", async () => {
  const output = stage();
  await write("out", "old\n");
  const shards = [await shard(output, "a\n"), await shard(output, "b\n")];
  const rename = jest.spyOn(fs, "rename").mockRejectedValueOnce(new Error("not yet"));
  await expect(commit(output, shards)).rejects.toThrow("not yet");
  expect(await readFile(at("out"), "utf8")).toBe("old\n");
  // In place, but what else was written aside is left.
  const rm = jest.spyOn(output, "discard").mockResolvedValueOnce();
  await commit(output, shards);
  expect(await readdir(output.folder)).toContain("appended.index");
  const calls = rename.mock.calls.length;
  await commit(output, shards);
  expect(rename.mock.calls).toHaveLength(calls);
  rm.mockRestore();
  await output.discard();
  await expectLines(["a\n", "b\n"]);
});

it("takes nothing from a writer that goes on when it is in place", async () => {
  const output = stage();
  const late = await output.createShard();
  await commit(output, [await shard(output, "a\n")]);
  await late.write(Buffer.from("late\n"));
  await expect(late.close()).rejects.toThrow(
    `Cannot write '${at("out")}': the output is put in place already`,
  );
  await expectLines(["a\n"]);
});

it("is not put in place when shards were lost with its folder", async () => {
  const output = stage();
  await write("out", "old\n");
  const lost = await shard(output, "lost\n");
  rmSync(output.folder, { recursive: true });
  const shards = [lost, await shard(output, "a\n")];
  await expect(commit(output, shards)).rejects.toThrow(
    `Cannot write '${at("out")}': shards of the output are lost`,
  );
  expect(await readFile(at("out"), "utf8")).toBe("old\n");
});

it("on a disk that is full is an error that names the output", async () => {
  const output = stage();
  mkdirSync(output.folder);
  symlinkSync("/dev/full", dataOf(output));
  await expect(shard(output, "a\n")).rejects.toThrow(`Cannot write '${at("out")}': no space`);
});

it("is not for the runs of a repeated job, which may be at it at once, nor for folders", async () => {
  for (const output of [stage("out", newRepeatedJobId()), stage("folder/")]) await shard(output, "a\n");
  const names = Object.keys(await files()).map((name) => path.basename(name));
  expect(names).toEqual([expect.stringMatching(/^shard-/), expect.stringMatching(/^shard-/)]);
});

it.each([
  ["tsv-json", true],
  ["jsonl", true],
  ["jsonl-merged", true],
  ["lines", true],
  ["csv", false],
  ["tsv", false],
  ["parquet", false],
  ["avro", false],
] as const)("is for formats of nothing but lines: %s, %s", (format, isMixed) => {
  const encoding = { format, layout: WHOLE_LAYOUT };
  expect(canMix(encoding)).toBe(isMixed);
  expect(canMix({ ...encoding, compression: "gzip" })).toBe(false);
});
