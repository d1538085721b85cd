// Avro files that are cut off, changed, or none at all: one clear error, never other records and never a crash.
import { readFileSync } from "node:fs";
import path from "node:path";
import { StorageError, UnreadableFileError } from "../../storage/errors";
import { avroInput } from "../../storage/formats/avro";
import { READING_DEFAULTS } from "../../storage/formats/input_format";
import { long, memoryFile, rawFile, readRows, streamedFile, SYNC } from "./avro_files";

const FIXTURES = path.resolve("test/storage/fixtures/avro");

function fixture(codec: string): Buffer {
  return readFileSync(path.join(FIXTURES, `codec-${codec}.avro`));
}

const LINES = readFileSync(path.join(FIXTURES, "codec-null.jsonl"), "utf8").split("\n").slice(0, -1);

/** What is read before the first error, and that error. */
async function readUntilError(bytes: Buffer): Promise<{ texts: string[]; error: unknown }> {
  const texts: string[] = [];
  const options = { ...READING_DEFAULTS, batchSize: 1 };
  try {
    const range = { start: 0, end: bytes.length, first: 1 };
    for await (const batch of avroInput.read(memoryFile(bytes), range, options))
      texts.push(...batch.records.texts());
    return { texts, error: undefined };
  } catch (error) {
    return { texts, error };
  }
}

const refused = async (bytes: Buffer, message: RegExp): Promise<void> => {
  await expect(readRows(memoryFile(bytes))).rejects.toThrow(UnreadableFileError);
  await expect(readRows(memoryFile(bytes))).rejects.toThrow(message);
  await expect(readRows(streamedFile(bytes, 10))).rejects.toThrow(message);
};

test("an empty file is refused, and split so that somebody reads it", async () => {
  await refused(Buffer.alloc(0), /^Cannot read 'rows.avro': it is empty/);
  const ranges = [];
  for await (const range of avroInput.split!(memoryFile(Buffer.alloc(0)), 100, READING_DEFAULTS))
    ranges.push(range);
  expect(ranges).toEqual([{ start: 0, end: 0, first: 1 }]);
});

test("what is no Avro file is refused", async () => {
  await refused(Buffer.from('{"a":1}\n'), /it is not an Avro file/);
  await refused(Buffer.from("Ob"), /it is not an Avro file/);
  await refused(Buffer.from("Obj\u0002 and more"), /it is not an Avro file/);
});

/** Every place of the plain file, and every third of the others, which are slower. */
const stepOf = (codec: string): number => (codec === "null" ? 1 : 3);

test.each(["null", "deflate", "snappy", "zstandard"])("cut off at any byte: %s", async (codec) => {
  const bytes = fixture(codec);
  const { offsets } = await readRows(memoryFile(bytes));
  // A file that ends where a block ends is a whole file.
  const ends = new Set([...offsets, bytes.length]);
  for (let size = 0; size < bytes.length; size += stepOf(codec)) {
    const { texts, error } = await readUntilError(bytes.subarray(0, size));
    expect(texts).toEqual(LINES.slice(0, texts.length));
    if (ends.has(size)) expect(error).toBeUndefined();
    else expect(error).toBeInstanceOf(UnreadableFileError);
  }
});

test.each(["null", "deflate", "snappy", "zstandard"])("any byte changed: %s", async (codec) => {
  const bytes = fixture(codec);
  const body = (await readRows(memoryFile(bytes))).offsets[0];
  for (let at = 0; at < bytes.length; at += stepOf(codec)) {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1 << (at % 8);
    const { texts, error } = await readUntilError(changed);
    // Only snappy's blocks have a checksum; in others a changed number is another number.
    if (codec === "snappy" && at >= body) {
      expect(error).toBeInstanceOf(UnreadableFileError);
      expect(texts).toEqual(LINES.slice(0, texts.length));
    }
    if (error !== undefined) expect(error).toBeInstanceOf(StorageError);
  }
});

describe("a block", () => {
  const one = { count: 1, data: long(7) };

  test("whose sync marker is another names its place", async () => {
    const bytes = rawFile("long", [one, { ...one, sync: Buffer.alloc(16) }]);
    const begin = bytes.length - 19;
    await refused(bytes, new RegExp(`its block at byte ${begin} is damaged: no sync marker is behind it`));
  });

  test("that is cut off names its place", async () => {
    const bytes = rawFile("long", [one, one]);
    await refused(
      bytes.subarray(0, -1),
      new RegExp(`at byte ${bytes.length - 19} is damaged: the file ends within it`),
    );
  });

  test.each([
    ["more than 1 GiB", { ...one, size: 2 ** 30 + 1 }, /claims to have 1073741825 bytes/],
    ["a negative size", { ...one, size: -1 }, /its size is -1/],
    ["a negative count", { ...one, count: -1 }, /its number of records is -1/],
    ["too few records", { ...one, count: 0 }, /1 bytes are behind its last record/],
    ["too many records", { ...one, count: 2 }, /record 2 of 2 in it.*a number is cut off/],
    ["records without end", { ...one, count: 2 ** 50 }, /1125899906842624 records can't be in 1 bytes/],
  ])("that claims %s is damage", async (_, block, message) => {
    await refused(rawFile("long", [block]), message);
  });

  test.each([
    ["a boolean", "boolean", [2], /a boolean is 2/],
    ["a branch", ["null", "int"], [4], /branch 2 of a union has 2/],
    ["a symbol", { type: "enum", name: "E", symbols: ["a"] }, [2], /symbol 1 of an enum has 1/],
    ["a length behind the end", "string", [6, 0x61], /a value has 3 bytes and only 1 are left/],
    ["a negative length", "string", [1], /the length of a string is -1/],
    ["an endless number", "long", new Array<number>(11).fill(0xff), /more than 64 bits/],
    ["a number of 65 bits", "long", [...new Array<number>(9).fill(0x80), 2], /more than 64 bits/],
    ["a double that is cut off", "double", [0, 0], /a value has 8 bytes/],
    [
      "a record in itself",
      { type: "record", name: "R", fields: [{ name: "r", type: "R" }] },
      [],
      /nested deeper/,
    ],
  ])("with %s that can't be is damage", async (_, schema, bytes, message) => {
    await refused(rawFile(schema, [{ count: 1, data: Buffer.from(bytes) }]), message);
  });

  test("regression: an array of billions of nulls in six bytes ended the process (avsc does)", async () => {
    const data = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0]);
    await refused(
      rawFile({ type: "array", items: "null" }, [{ count: 1, data }]),
      /2147483647 items of an array/,
    );
  });

  test("whose snappy data claims to be huge is damage", async () => {
    const data = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x03, 0, 0, 0, 0]);
    await refused(rawFile("long", [{ count: 1, data }], "snappy"), /claims to be 1073741823 bytes/);
  });

  test("that is not compressed with the codec of the header is damage", async () => {
    await refused(rawFile("long", [one], "deflate"), /its deflate data is damaged/);
    await refused(rawFile("long", [one], "snappy"), /its snappy data is too short/);
    await refused(rawFile("long", [one], "zstandard"), /its zstandard data is damaged/);
  });
});

test.each([
  ["no JSON", '"long"', "{long}", /its schema is not JSON/],
  ["an unknown type", '"long"', '"lung"', /the type 'lung', which it does not define/],
  ["no type", '"long"', "123456", /its schema has 123456 where an Avro type should be/],
  ["no schema", "avro.schema", "avro.scheme", /its header has no schema/],
])("a header with %s is refused", async (_, from, to, message) => {
  const bytes = rawFile("long", []);
  const at = bytes.indexOf(from);
  bytes.write(to, at);
  await refused(bytes, message);
});

test("a header without end is refused", async () => {
  const bytes = Buffer.concat([Buffer.from("Obj\u0001"), long(1), long(2 ** 40), Buffer.alloc(1 << 25)]);
  await expect(readRows(memoryFile(bytes))).rejects.toThrow(/its header has more than 16777216 bytes/);
});

test("bytes behind the last block are refused", async () => {
  const bytes = Buffer.concat([rawFile("long", [{ count: 1, data: long(7) }]), SYNC]);
  await expect(readRows(memoryFile(bytes))).rejects.toThrow(UnreadableFileError);
});
