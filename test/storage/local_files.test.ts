// Local files: which ones a path, a folder or a pattern names, their bytes, and what is said when there are none.
import { readdirSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { FileAccessError, NoSuchFileError, StorageError } from "../../storage/errors";
import type { FileInfo } from "../../storage/file_systems";
import { localFiles } from "../../storage/file_systems/local/files";
import { temporaryFolder } from "./temporary_folder";

const at = temporaryFolder();

/** Makes files whose sizes are 1, 2, 3, ... */
async function make(...names: string[]): Promise<void> {
  for (const [i, name] of names.entries()) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), "x".repeat(i + 1));
  }
}

async function listFiles(pattern: string): Promise<FileInfo[]> {
  const files: FileInfo[] = [];
  for await (const file of localFiles.list(pattern)) files.push(file);
  return files;
}

function readFile(name: string, start = 0, end = Infinity): AsyncIterable<Buffer> {
  return localFiles.read({ path: name, size: 0 }, start, end);
}

/** The files that a pattern in the temporary folder names, from there. */
async function list(...pattern: string[]): Promise<string[]> {
  const files = await listFiles(pattern.length === 1 && pattern[0] === "" ? at() : at(...pattern));
  return files.map((file) => path.relative(at(), file.path));
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof StorageError)) throw new Error(`no StorageError but ${String(error)}`);
  return error;
}

async function bytesOf(name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readFile(name)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("listFiles", () => {
  it("takes a path as it is, with its size", async () => {
    await make("a.ldjson", "b.ldjson");
    expect(await listFiles(at("b.ldjson"))).toEqual([{ path: at("b.ldjson"), size: 2 }]);
  });

  it("takes a hidden file that is named", async () => {
    await make("_SUCCESS", ".hidden");
    expect(await list("_SUCCESS")).toEqual(["_SUCCESS"]);
    expect(await list(".hidden")).toEqual([".hidden"]);
  });

  it("finds what a pattern matches, in the order of names, with sizes", async () => {
    await make("b.ldjson", "a.ldjson", "c.csv", "sub/d.ldjson");
    expect(await listFiles(at("*.ldjson"))).toEqual([
      { path: at("a.ldjson"), size: 2 },
      { path: at("b.ldjson"), size: 1 },
    ]);
  });

  it("finds files of all depths with **, and no folders", async () => {
    await make("a.ldjson", "one/b.ldjson", "one/two/c.ldjson", "one/two/d.csv", "e.ldjson/f.ldjson");
    expect(await list("**/*.ldjson")).toEqual([
      "a.ldjson",
      "e.ldjson/f.ldjson",
      "one/b.ldjson",
      "one/two/c.ldjson",
    ]);
    expect(await list("one/**")).toEqual(["one/b.ldjson", "one/two/c.ldjson", "one/two/d.csv"]);
  });

  it.each([
    ["part-?.json", ["part-1.json", "part-2.json"]],
    ["part-[1x].json", ["part-1.json"]],
    ["{part-2,other}*.json", ["other.json", "part-2.json", "part-22.json"]],
    ["*/part-*.json", ["sub/part-3.json"]],
  ])("knows the pattern %s", async (pattern, expected) => {
    await make("part-1.json", "part-2.json", "part-22.json", "other.json", "sub/part-3.json");
    expect(await list(pattern)).toEqual(expected);
  });

  it.each(["a[1].json", "a*.json", "what?.json", "{x,y}.json", "(a|b).json", "!a.json"])(
    "takes %s as it is when it exists",
    async (name) => {
      await make(name, "a1.json", "ab.json", "x.json", "whatx.json");
      expect(await list(name)).toEqual([name]);
    },
  );

  it("looks patterns and paths up from the current directory", async () => {
    await make("sub/b.json", "sub/a.json");
    const relative = path.relative(process.cwd(), at("sub"));
    expect(relative).not.toBe(at("sub"));
    const names = async (pattern: string): Promise<string[]> =>
      (await listFiles(pattern)).map((file) => file.path);
    expect(await names(path.join(relative, "*.json"))).toEqual([
      path.join(relative, "a.json"),
      path.join(relative, "b.json"),
    ]);
    expect(await names(path.join(relative, "b.json"))).toEqual([path.join(relative, "b.json")]);
    expect(await names("package.js?n")).toEqual(["package.json"]);
    expect(await names("./package.js?n")).toEqual(["package.json"]);
  });

  it("takes the files in a folder, in the order of names, without those that start with . or _", async () => {
    await make("out/b", "out/a", "out/_SUCCESS", "out/.crc", "out/sub/c", "out/_temporary/d");
    expect(await list("out")).toEqual(["out/a", "out/b"]);
    expect(await list("out/")).toEqual(["out/a", "out/b"]);
  });

  it("follows links to files, in a folder as in a pattern", async () => {
    await make("data/a.json", "out/b.json");
    await symlink(at("data/a.json"), at("out/link.json"));
    await symlink(at("data"), at("out/folder.json"));
    expect(await list("out")).toEqual(["out/b.json", "out/link.json"]);
    expect(await list("out/*.json")).toEqual(["out/b.json", "out/link.json"]);
    expect(await list("out/link.json")).toEqual(["out/link.json"]);
  });

  it("says which link in a folder leads nowhere", async () => {
    await make("out/b.json");
    await symlink(at("gone"), at("out/link.json"));
    const error = await failure(listFiles(at("out")));
    expect(error).toBeInstanceOf(FileAccessError);
    expect(error.message).toBe(`Cannot read '${at("out/link.json")}': no such file or folder`);
  });
});

describe("listFiles says that there is no file", () => {
  it.each(["missing.json", "missing/", "a.json/b.json", "x".repeat(300)])("at the path %s", async (name) => {
    await make("a.json");
    const error = await failure(listFiles(at(name)));
    expect(error).toBeInstanceOf(NoSuchFileError);
    expect(error).toMatchObject({ code: "NO_SUCH_FILE", name: "NoSuchFileError", pattern: at(name) });
    expect(error.message).toBe(
      `No such file: '${at(name)}'. Check the path; it is looked up from the current directory.`,
    );
  });

  it.each(["*.csv", "missing/*.json", "**/*.csv", "{b,c}.json", "sub*"])(
    "that the pattern %s matches",
    async (pattern) => {
      await make("a.json", "sub/a.json");
      const error = await failure(listFiles(at(pattern)));
      expect(error).toBeInstanceOf(NoSuchFileError);
      expect(error).toMatchObject({ code: "NO_SUCH_FILE", pattern: at(pattern) });
      expect(error.message).toBe(
        `No file matches '${at(pattern)}'. Quote a pattern so that the shell leaves it alone, ` +
          "or check the folder's name.",
      );
    },
  );

  it("in a folder that has none but hidden ones", async () => {
    await make("out/_SUCCESS", "out/sub/a.json");
    const error = await failure(listFiles(at("out")));
    expect(error.code).toBe("EMPTY_FOLDER");
    expect(error.message).toContain(`The folder '${at("out")}' has no files to read`);
  });
});

describe("readFile", () => {
  it("gives all bytes of a file, in chunks", async () => {
    const bytes = Buffer.alloc((1 << 21) + 12345, "many bytes,");
    await writeFile(at("large"), bytes);
    expect((await bytesOf(at("large"))).equals(bytes)).toBe(true);
  });

  it("gives the part that is asked for, as far as the file goes", async () => {
    const bytes = Buffer.from(Array.from({ length: 3 << 20 }, (_, i) => i % 251));
    await writeFile(at("large"), bytes);
    const parts = [
      ...[
        [0, 1],
        [5, 5],
        [9, 3],
        [1, 1 << 20],
        [1 << 20, (1 << 21) + 1],
        [17, Infinity],
        [3 << 20, Infinity],
      ],
      [(3 << 20) - 1, 4 << 20],
    ];
    for (const [start, end] of parts) {
      const chunks: Buffer[] = [];
      for await (const chunk of readFile(at("large"), start, end)) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(bytes.subarray(start, Math.max(start, end)))).toBe(true);
    }
  });

  it("closes a file that is not read to its end", async () => {
    await writeFile(at("large"), Buffer.alloc(5 << 20));
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 20; i++)
      for await (const chunk of readFile(at("large"))) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 10);
  });

  it("gives nothing of an empty file", async () => {
    await writeFile(at("empty"), "");
    expect(await bytesOf(at("empty"))).toHaveLength(0);
  });

  it.each([
    ["a folder", "folder", "it is a folder"],
    ["a file that is not there", "missing", "no such file or folder"],
    ["a file in a file", "a.json/b.json", "a part of the path is a file, not a folder"],
  ])("says why it can't read %s", async (_, name, reason) => {
    await make("a.json", "folder/b.json");
    const error = await failure(bytesOf(at(name)));
    expect(error).toBeInstanceOf(FileAccessError);
    expect(error).toMatchObject({ code: "FILE_ACCESS", name: "FileAccessError" });
    expect(error.message).toBe(`Cannot read '${at(name)}': ${reason}`);
    expect(error.cause).toHaveProperty("code");
  });
});
