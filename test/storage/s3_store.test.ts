// Objects of S3: listed, found, read, written and removed, in a real store.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { FileAccessError } from "../../storage/errors";
import { S3Store } from "../../storage/file_systems/s3/s3_store";
import { partSize } from "../../storage/file_systems/s3/upload_writer";
import { bytes, collect, contentOf, s3 } from "./s3_testing";

const { bucket, server } = s3();
const MIB = 1024 * 1024;

describe("lists", () => {
  it("all keys under a prefix, in order, over many pages", async () => {
    const folder = await server().createBucket("many-keys");
    const store = S3Store.open("many-keys", { endpoint: server().endpoint }, 100);
    const keys = Array.from({ length: 2500 }, (_, i) => `data/${String(i).padStart(4, "0")}`);
    await mkdir(path.join(folder, "data"));
    for (const key of keys) await writeFile(path.join(folder, key), "x");
    await store.put("database", Buffer.from("x"));
    const listed = await collect(store.list("data/"));
    expect(listed.map(({ key }) => key)).toEqual(keys);
    expect(await collect(store.list("data/05"))).toHaveLength(100);

    // More than one call takes, and one that is not there.
    await store.remove([...keys, "data/none"]);
    expect(await collect(store.list(""))).toEqual([expect.objectContaining({ key: "database" })]);
  });

  it("a folder without the folders in it", async () => {
    const store = await bucket(2);
    for (const key of ["a", "f/1", "f/2", "f/g/3", "f/h/4", "f/i", "fa"])
      await store.put(key, Buffer.from(key));
    expect((await collect(store.list("f/", "/"))).map(({ key }) => key)).toEqual(["f/1", "f/2", "f/i"]);
    expect((await collect(store.list("f/"))).map(({ key }) => key)).toEqual([
      "f/1",
      "f/2",
      "f/g/3",
      "f/h/4",
      "f/i",
    ]);
    expect(await collect(store.list("none/"))).toEqual([]);
  });

  it("sizes, versions and times", async () => {
    const store = await bucket();
    const before = Date.now();
    await store.put("a", Buffer.from("hello"));
    const [object] = await collect(store.list("a"));
    expect(object).toMatchObject({ key: "a", size: 5 });
    expect(object.version).not.toBe("");
    expect(Math.abs(object.modified - before)).toBeLessThan(60_000);
    expect(await store.find("a")).toEqual(object);
    await store.put("a", Buffer.from("other"));
    expect((await store.find("a"))?.version).not.toBe(object.version);
    expect(await store.find("none")).toBeUndefined();
  });
});

const SPECIAL = [
  "a b",
  "a+b",
  "a%20b",
  "a%2Bb",
  "100%",
  "q&<>\"'=x",
  "$@,:;?#!*()",
  "[x]{y}^`|\\~",
  "ü/é/日本",
  "emoji 😀",
  "new\nline",
  "return\rhere",
  "tab\there",
];

it.each(SPECIAL)("a key %j is that key everywhere", async (key) => {
  const store = await bucket();
  await store.put(key, Buffer.from("content"));
  expect((await collect(store.list(""))).map((object) => object.key)).toEqual([key]);
  expect((await collect(store.list(key))).map((object) => object.key)).toEqual([key]);
  expect(await contentOf(store, key)).toEqual(Buffer.from("content"));
  const copy = await store.prepare(`${key} copied`, [{ shard: key, start: 0, end: 7 }], "staging/", "me");
  await store.complete(copy);
  expect(await contentOf(store, `${key} copied`)).toEqual(Buffer.from("content"));
  await store.prepare(`${key} left`, [], "staging/", "me");
  await store.abandonUploads(key);
  await store.remove([key, `${key} copied`]);
  expect((await collect(store.list(""))).filter((object) => !object.key.startsWith("staging/"))).toEqual([]);
  expect(await collect(store.uploads(""))).toEqual([]);
});

it("a key of special characters is copied within the store", async () => {
  const store = await bucket();
  const [key, content] = [SPECIAL.join(""), bytes(7_000_000)];
  await store.put(key, content);
  const range = { shard: key, start: 0, end: content.length };
  await store.complete(await store.prepare("copied", [range], "staging/", "me"));
  expect((await contentOf(store, "copied")).equals(content)).toBe(true);
});

it("a key with a character that XML does not know is removed, among others", async () => {
  const store = await bucket();
  const keys = ["a", "b\u0001", "c"];
  for (const key of keys) await store.put(key, Buffer.from(key));
  await store.remove(keys);
  expect(await collect(store.list(""))).toEqual([]);
});

describe("reads", () => {
  it.each([
    [0, 1],
    [0, 3_000_000],
    [2_999_999, 3_000_000],
    [1_000_001, 2_000_003],
  ])("the bytes from %i to %i", async (start, end) => {
    const store = await bucket();
    const content = bytes(3_000_000);
    await store.put("a", content);
    const { version } = (await store.find("a"))!;
    for (const known of [undefined, version])
      expect(
        Buffer.concat(await collect(store.read("a", start, end, known))).equals(content.subarray(start, end)),
      ).toBe(true);
  });

  it("no other version than that which was listed", async () => {
    const store = await bucket();
    await store.put("a", Buffer.from("old"));
    const { version } = (await store.find("a"))!;
    await store.put("a", Buffer.from("new"));
    const reading = collect(store.read("a", 0, 3, version));
    await expect(reading).rejects.toThrow(FileAccessError);
    await expect(reading).rejects.toThrow(
      /^Cannot read 's3:\/\/bucket-\d+\/a': it has changed since it was listed/,
    );
  });

  it.each([
    [0, 4],
    [3, 5],
    [10, 20],
  ])("nothing of an object of 3 bytes from %i to %i: it has become shorter", async (start, end) => {
    const store = await bucket();
    await store.put("a", Buffer.from("abc"));
    await expect(collect(store.read("a", start, end))).rejects.toThrow(FileAccessError);
  });

  it("stop when their reader does", async () => {
    const store = await bucket();
    await store.put("a", bytes(3_000_000));
    for await (const chunk of store.read("a", 0, 3_000_000)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await contentOf(store, "a")).toHaveLength(3_000_000);
  });
});

describe("a written object", () => {
  it.each([0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20_000_000])("has its %i bytes", async (size) => {
    const store = await bucket();
    const content = bytes(size);
    const writer = await store.create("a");
    for (let i = 0; i < size; i += 1_234_567) await writer.write(content.subarray(i, i + 1_234_567));
    expect(await store.find("a")).toBeUndefined();
    await writer.close();
    expect((await contentOf(store, "a")).equals(content)).toBe(true);
  });

  it("may come in one buffer of many parts, or in a buffer that is used again", async () => {
    const store = await bucket();
    const content = bytes(20_000_000);
    const whole = await store.create("whole");
    await whole.write(content);
    await whole.close();
    const again = await store.create("again");
    const buffer = Buffer.alloc(1_000_000);
    for (let i = 0; i < content.length; i += buffer.length) {
      content.copy(buffer, 0, i);
      await again.write(buffer);
      buffer.fill(0);
    }
    await again.close();
    for (const key of ["whole", "again"]) expect((await contentOf(store, key)).equals(content)).toBe(true);
  });

  it("may have 5 TiB, and its first 8 GiB need little memory", () => {
    let size = 0;
    for (let index = 0; index < 10_000; index++) {
      if (size < 8 * 1024 * MIB) expect(partSize(index)).toBe(8 * MIB);
      size += partSize(index);
    }
    expect(partSize(9_999)).toBeLessThanOrEqual(5 * 1024 * MIB);
    expect(size).toBeGreaterThanOrEqual(5 * 1024 ** 4);
  });
});
