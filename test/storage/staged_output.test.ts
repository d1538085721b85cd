// Staged outputs: put in place whole and once, the previous one untouched until then.
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { FileAccessError } from "../../storage/errors";
import { newJobId } from "../../storage/file_systems";
import type { StagedFolder } from "../../storage/file_systems/local/staged_folder";
import { commit, shard, staging } from "./staging";

/** The module whose calls the tests make fail. */
const fs = require("node:fs/promises") as typeof import("node:fs/promises");
const callbacks = require("node:fs") as typeof import("node:fs");

const staged = staging();
const { at, stage, files, write } = staged;

afterEach(() => jest.restoreAllMocks());

describe.each([
  ["a file", {}],
  ["a file that shards are appended to", { canAppend: true }],
])("%s", (_, options) => {
  const stage = (target: string): StagedFolder => staged.stage(target, newJobId(), options);

  it.each([
    ["no shard", [], ""],
    ["one shard", [["a\n", "b\n"]], "a\nb\n"],
    ["an empty shard", [[]], ""],
  ])("of %s", async (_, texts: string[][], expected) => {
    const output = stage("out.ldjson");
    const shards = await Promise.all(texts.map((text) => shard(output, ...text)));
    await commit(output, shards, {});
    expect(await files()).toEqual({ "out.ldjson": expected });
    expect(await readdir(at())).toEqual(["out.ldjson"]);
  });

  it("of many shards holds each of them once", async () => {
    const output = stage("out.ldjson");
    const texts = Array.from({ length: 20 }, (_, i) => `${"x".repeat(1000 * i)}${i}\n`);
    await commit(output, await Promise.all(texts.map((text) => shard(output, text))), {});
    expect(await readdir(at())).toEqual(["out.ldjson"]);
    expect((await readFile(at("out.ldjson"), "utf8")).split("\n").sort()).toEqual(
      [...texts.map((text) => text.trim()), ""].sort(),
    );
  });

  it("is in place, for a commit that is repeated too, when one ends while it removes the shards", async () => {
    const output = stage("out.ldjson");
    const shards = [await shard(output, "a\n"), await shard(output, "b\n")];
    const { rmSync } = callbacks;
    let removed = 0;
    jest.spyOn(callbacks, "rmSync").mockImplementation((name, options) => {
      if (removed++ === 1) throw new Error("killed");
      rmSync(name, options);
    });
    await expect(commit(output, shards, {})).rejects.toThrow("killed");
    jest.restoreAllMocks();
    await commit(output, shards, {});
    expect(await readdir(at())).toEqual(["out.ldjson"]);
    expect(await readFile(at("out.ldjson"), "utf8")).toBe("a\nb\n");
  });

  it("may have a path of folders that are not there yet", async () => {
    const output = stage("new/folder/out");
    await commit(output, [await shard(output, "a")], {});
    expect(await files()).toEqual({ "new/folder/out": "a" });
  });
});

describe("a folder", () => {
  it.each([
    ["one shard", ["part-00000-of-00001.ldjson"]],
    ["two shards", ["part-00000-of-00002.ldjson", "part-00001-of-00002.ldjson"]],
  ])("of %s has parts and _SUCCESS", async (_, names) => {
    const output = stage("out/");
    const shards: string[] = [];
    for (const name of names) shards.push(await shard(output, `text of ${name}`));
    await commit(output, shards, { records: names.length });
    expect(await readdir(at())).toEqual(["out"]);
    const { "out/_SUCCESS": success, ...parts } = await files();
    expect(JSON.parse(success)).toEqual({ records: names.length });
    expect(parts).toEqual(Object.fromEntries(names.map((name) => [`out/${name}`, `text of ${name}`])));
  });

  it("has _SUCCESS last: there is none while a part is missing", async () => {
    const output = stage("out/");
    const shards = [await shard(output, "a"), path.join(output.folder, "lost")];
    await expect(commit(output, shards, {})).rejects.toThrow(FileAccessError);
    const names = Object.keys(await files()).map((name) => path.basename(name));
    expect(names).toEqual(["part-00000-of-00002.ldjson"]);
    expect(await readdir(at())).toEqual([path.basename(output.folder)]);
  });

  it("is in place as a whole, in one step", async () => {
    const output = stage("out/");
    const shards = [await shard(output, "a"), await shard(output, "b")];
    const rename = fs.rename;
    jest.spyOn(fs, "rename").mockImplementation(async (from, to) => {
      expect(await readdir(at())).toEqual([path.basename(output.folder)]);
      await rename(from, to);
    });
    await commit(output, shards, {});
    expect(await readdir(at("out"))).toHaveLength(3);
  });
});

describe.each([
  ["file", "out", { out: "old" }, { out: "new" }, {}],
  ["file that shards are appended to", "out", { out: "old" }, { out: "new" }, { canAppend: true }],
  [
    "folder",
    "out/",
    { "out/_SUCCESS": "{}\n", "out/part-00000-of-00001.ldjson": "old", "out/other": "old" },
    { "out/_SUCCESS": '{"new":1}\n', "out/part-00000-of-00001.ldjson": "new" },
    { canAppend: true },
  ],
])("a previous output, a %s,", (_, target, before, after, options) => {
  const stage = (target: string): StagedFolder => staged.stage(target, newJobId(), options);

  beforeEach(async () => {
    for (const [name, text] of Object.entries(before)) await write(name, text);
  });

  it("is there until the commit, and then the new one", async () => {
    const output = stage(target);
    const path = await shard(output, "new");
    expect(await files()).toMatchObject(before);
    await commit(output, [path], { new: 1 });
    expect(await files()).toEqual(after);
  });

  it("stays when the new one is discarded", async () => {
    const output = stage(target);
    await shard(output, "new");
    await output.discard();
    expect(await files()).toEqual(before);
    await output.discard();
  });

  it("stays when a shard is lost", async () => {
    const output = stage(target);
    const shards = [await shard(output, "new"), path.join(output.folder, "lost")];
    await expect(commit(output, shards, {})).rejects.toThrow(FileAccessError);
    await output.discard();
    expect(await files()).toEqual(before);
  });

  it("stays when the new one can't be moved into place", async () => {
    const output = stage(target);
    const shards = [await shard(output, "new")];
    const rename = fs.rename;
    jest.spyOn(fs, "rename").mockImplementation(async (from, to) => {
      if (path.resolve(String(to)) === at("out") && /final|appended$/.test(String(from)))
        throw new Error("not now");
      await rename(from, to);
    });
    await expect(commit(output, shards, {})).rejects.toThrow(/Cannot write '.*': not now/);
    expect(await files()).toMatchObject(before);
    await output.discard();
    expect(await files()).toEqual(before);
  });

  it("is replaced once: a second commit does nothing", async () => {
    const output = stage(target);
    const shards = [await shard(output, "new")];
    await commit(output, shards, { new: 1 });
    await commit(output, shards, { new: 2 });
    expect(await files()).toEqual(after);
  });

  it("is replaced by the shards that count, and others are removed", async () => {
    const output = stage(target);
    await shard(output, "a failed attempt");
    const counts = await shard(output, "new");
    await output.createShard().then((writer) => writer.close());
    await commit(output, [counts], { new: 1 });
    expect(await files()).toEqual(after);
    expect(await readdir(at())).toEqual(["out"]);
  });
});

it.each(["out", "out/"])("a commit to %s whose shards are nowhere is an error", async (target) => {
  const output = stage(target);
  await expect(commit(output, [path.join(output.folder, "lost")], {})).rejects.toThrow(FileAccessError);
});

describe.each([{}, { canAppend: true }])("an output that can't be written: %o", (options) => {
  const stage = (target: string): StagedFolder => staged.stage(target, newJobId(), options);

  async function message(promise: Promise<unknown>): Promise<string> {
    const error: unknown = await promise.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(FileAccessError);
    expect(error).toHaveProperty("code", "FILE_ACCESS");
    await rm(at("file"), { recursive: true });
    return (error as Error).message;
  }

  it.each(["file/out", "file/out/", "file/sub/out"])(
    "says so when a parent is a file: %s",
    async (target) => {
      await write("file", "");
      expect(await message(stage(target).createShard())).toBe(
        `Cannot write '${at(target)}': a part of the path is a file, not a folder`,
      );
    },
  );

  it("says so when a folder is where the file should be", async () => {
    await write("file/in", "");
    const output = stage("file");
    const shards = [await shard(output, "a")];
    expect(await message(commit(output, shards, {}))).toBe(`Cannot write '${at("file")}': it is a folder`);
  });

  it("says so when a file is where the folder should be", async () => {
    await write("file", "");
    const output = stage("file/");
    const shards = [await shard(output, "a")];
    expect(await message(commit(output, shards, {}))).toBe(
      `Cannot write '${at("file/")}': a part of the path is a file, not a folder`,
    );
  });
});

it("job ids differ, and say who runs the job", () => {
  expect(newJobId()).toMatch(new RegExp(`^\\w+-${process.pid}-[0-9a-f]{8}$`));
  expect(newJobId()).not.toBe(newJobId());
});
