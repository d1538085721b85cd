// Reading Parquet: files that pyarrow wrote (fixtures/parquet/make.py) give the rows that were put in, to the last digit.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { UnreadableFileError } from "../../storage/errors";
import { type ByteRange, READING_DEFAULTS } from "../../storage/formats/input_format";
import { parquetInput } from "../../storage/formats/parquet";
import { batchesOf, fileOf, textsOf } from "./parquet_files";

const FOLDER = path.join(__dirname, "../../../test/storage/fixtures/parquet");
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".parquet"))
  .map((name) => name.slice(0, -".parquet".length));

function fixture(name: string): Buffer {
  return readFileSync(path.join(FOLDER, `${name}.parquet`));
}

/** Files without lines of their own hold the rows of `codec_none`. */
function linesOf(name: string): string[] {
  const own = readdirSync(FOLDER).includes(`${name}.jsonl`);
  return readFileSync(path.join(FOLDER, `${own ? name : "codec_none"}.jsonl`), "utf8")
    .split("\n")
    .slice(0, -1);
}

async function rangesOf(bytes: Buffer, size: number): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for await (const range of parquetInput.split!(fileOf(bytes), size, READING_DEFAULTS)) ranges.push(range);
  return ranges;
}

function failure(bytes: Buffer): Promise<unknown> {
  return batchesOf(bytes).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("rows", () => {
  test("there are fixtures of all kinds", () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(20);
  });

  it.each(NAMES)("of %s are what was written", async (name) => {
    expect(await textsOf(fixture(name))).toEqual(linesOf(name));
  });

  it.each(NAMES)("of %s are the same in small batches", async (name) => {
    const batches = await batchesOf(fixture(name), { batchSize: 7 });
    expect(batches.flatMap(({ records }) => records.texts())).toEqual(linesOf(name));
    expect(batches.every(({ records }) => records.length <= 7)).toBe(true);
    expect(batches.flatMap(({ numbers }) => [...numbers])).toEqual(linesOf(name).map((_, i) => i + 1));
  });

  it("come in batches of few bytes where they are large", async () => {
    const batches = await batchesOf(fixture("codec_gzip"), { batchBytes: 200 });
    expect(batches.flatMap(({ records }) => records.texts())).toEqual(linesOf("codec_none"));
    for (const { records } of batches) expect(records.bytes.length).toBeLessThan(300);
  });

  it("that are too long are told, with their number", async () => {
    const [{ records, unreadable }] = await batchesOf(fixture("texts"), { maxRecordBytes: 150 });
    const lines = linesOf("texts");
    expect(records.texts()).toEqual(lines.filter((line) => Buffer.byteLength(line) <= 150));
    expect(unreadable.map(({ kind, number, content }) => [kind, number, content])).toEqual(
      lines.flatMap((line, i) => (Buffer.byteLength(line) > 150 ? [["too_long", i + 1, line]] : [])),
    );
  });

  it("with a string that is not UTF-8 are told, wherever its dictionary refers to", async () => {
    const bytes = fixture("codec_none");
    bytes[bytes.indexOf("word 3") + 1] = 0xff;
    const lines = linesOf("codec_none");
    const [{ records, numbers, unreadable }] = await batchesOf(bytes);
    // In the first row group alone, which has its own dictionary.
    const bad = lines.flatMap((line, i) => (i < 120 && line.includes('"word 3"') ? [i] : []));
    expect(bad.length).toBeGreaterThan(3);
    expect(records.texts()).toEqual(lines.filter((_, i) => !bad.includes(i)));
    expect([...numbers]).toEqual(lines.flatMap((_, i) => (bad.includes(i) ? [] : [i + 1])));
    expect(unreadable).toEqual(
      bad.map((i) => ({
        kind: "not_utf8",
        number: i + 1,
        offset: NaN,
        reason: "holds a string that is not UTF-8",
        content: lines[i].replace("word 3", "\ufffd"),
      })),
    );
  });
});

describe("ranges", () => {
  it.each(["codec_snappy", "nested", "numbers", "no_rows"])(
    "of %s give each row once, in any size",
    async (name) => {
      const bytes = fixture(name);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: bytes.length + 10 }), async (size) => {
          const ranges = await rangesOf(bytes, size);
          expect(ranges.map(({ start }) => start)).toEqual([0, ...ranges.slice(0, -1).map(({ end }) => end)]);
          expect(ranges.at(-1)!.end).toBe(bytes.length);
          const parts = await Promise.all(ranges.map((range) => textsOf(bytes, {}, range)));
          expect(parts.flat()).toEqual(linesOf(name));
        }),
        { numRuns: 15 },
      );
    },
  );

  it("that anybody cuts give each row once", async () => {
    const bytes = fixture("codec_zstd");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 4 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const parts = places
          .slice(1)
          .map((end, i) => batchesOf(bytes, {}, { start: places[i], end, first: undefined }));
        const batches = (await Promise.all(parts)).flat();
        expect(batches.flatMap(({ records }) => records.texts())).toEqual(linesOf("codec_none"));
        expect(batches.flatMap(({ numbers }) => [...numbers])).toEqual(
          linesOf("codec_none").map((_, i) => i + 1),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("cut between row groups", async () => {
    expect(await rangesOf(fixture("codec_none"), 1)).toHaveLength(3);
    expect(await rangesOf(fixture("codec_none"), 1 << 20)).toHaveLength(1);
  });

  it("are read without the bytes of other row groups, each byte of their own once", async () => {
    const bytes = fixture("codec_none");
    const [, range] = await rangesOf(bytes, 1);
    const file = fileOf(bytes);
    for await (const { records } of parquetInput.read(file, range, READING_DEFAULTS)) void records;
    const data = file.reads.filter(([, end]) => end !== bytes.length); // the others are the footer's
    expect(data).toHaveLength(1);
    expect(data[0][0]).toBe(range.start);
    expect(data[0][1]).toBeLessThan(range.end + 200);
  });
});

describe("files that can't be read", () => {
  const whole = fixture("codec_snappy");
  const encrypted = Buffer.concat([whole.subarray(0, -4), Buffer.from("PARE")]);
  const long = Buffer.from(whole);
  long.writeUInt32LE(whole.length, whole.length - 8);
  it.each([
    ["empty", Buffer.alloc(0), "it is empty (0 bytes), not a Parquet file"],
    ["a text", Buffer.from('{"a":1}\n{"a":2}\n'), "it is not a Parquet file (it does not end with PAR1)"],
    ["short", Buffer.from("PAR1"), "it is cut off"],
    ["cut off", whole.subarray(0, 3000), "it is cut off"],
    ["cut off in the footer", whole.subarray(0, -4), "it is cut off"],
    ["encrypted", encrypted, "it is encrypted, which is not supported"],
    ["with a footer that is too long", long, `its footer would have ${whole.length} bytes`],
    ["two magics", Buffer.from("PAR1\0\0\0\0PAR1"), "its footer can't be read"],
    ["without its beginning", whole.subarray(2000), "lies outside of the file"],
  ])("are told in one line: %s", async (_, bytes, reason) => {
    const error = await failure(bytes);
    expect(error).toBeInstanceOf(UnreadableFileError);
    expect((error as Error).message).toMatch(/^Cannot read 'data\.parquet': .+$/);
    expect((error as Error).message).toContain(reason);
  });

  it.each(["codec_snappy", "codec_none", "nested", "encodings_v2", "texts"])(
    "give all rows or that error, whatever byte of %s is wrong",
    async (name) => {
      const whole = fixture(name);
      const rows = linesOf(name).length;
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
          const bytes = Buffer.from(whole);
          bytes[at] ^= flip;
          const batches = await batchesOf(bytes).catch((error: unknown) => error);
          if (batches instanceof UnreadableFileError) return;
          if (!Array.isArray(batches)) throw batches;
          let seen = 0;
          for (const { records, unreadable } of batches as Awaited<ReturnType<typeof batchesOf>>) {
            for (const text of records.texts()) JSON.parse(text);
            seen += records.length + unreadable.length;
          }
          expect(seen).toBe(rows);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("are told when they are compressed as a whole", async () => {
    const file = { ...fileOf(whole), size: undefined };
    const reading = parquetInput.read(file, { start: 0, end: Infinity }, READING_DEFAULTS).next();
    await expect(reading).rejects.toThrow("compressed as a whole can't be read; decompress it");
  });

  it("are told when they shrink while they are read", async () => {
    const file = { ...fileOf(whole.subarray(0, 3000)), size: 3010 };
    const reading = parquetInput.read(file, { start: 0, end: Infinity }, READING_DEFAULTS).next();
    await expect(reading).rejects.toThrow("it ended at byte 3000 while 3010 bytes were expected");
  });
});
