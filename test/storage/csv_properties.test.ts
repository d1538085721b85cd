// CSV of any kind, good and bad: each row once, the same however the file is cut; memory that does not grow with it.
import { isUtf8 } from "node:buffer";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { csvInput } from "../../storage/formats/csv";
import { READING_DEFAULTS } from "../../storage/formats/input_format";
import { batchesOf, BOM, joined, MemoryFile, rangesOf, read, readSplit, type Seen } from "./csv_reading";

const OPTIONS = { columns: ["a", "b"], maxRecordBytes: 40 };

/** What a file holds, said in another way: a regular expression for a row, on text where each byte is a character. */
function expected(file: Buffer): { kind: string; number: number; offset: number; value?: unknown }[] {
  const text = file.toString("latin1");
  const start = text.startsWith("\xef\xbb\xbf") ? 3 : 0;
  const CELL = '"(?:[^"]|"")*"(?!")[^,\n]*|"(?:[^"]|"")*$|[^",\n][^,\n]*|';
  const found = [];
  let number = 1;
  for (const { 0: whole, 1: lineEnd, index } of text
    .slice(start)
    .matchAll(new RegExp(`(?:${CELL})(?:,(?:${CELL}))*(\n|$)`, "g"))) {
    if (whole === "") break;
    // A quote that is never closed has the line end at the end of the file in it.
    const row = whole.slice(0, whole.length - lineEnd.length).replace(/\r$/, "");
    const place = { number, offset: start + index };
    number += whole.split("\n").length - 1;
    const cells = [...`,${row}`.matchAll(new RegExp(`,(${CELL})`, "g"))].map((match) => match[1]);
    const values = cells.map((cell) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    );
    const isBad =
      cells.length !== 2 || cells.some((cell) => cell.startsWith('"') && !/^"([^"]|"")*"$/.test(cell));
    const [a, b] = values.map((value) => Buffer.from(value, "latin1").toString());
    if (row === "") found.push({ kind: "blank", ...place });
    else if (row.length > OPTIONS.maxRecordBytes) found.push({ kind: "too_long", ...place });
    else if (!isUtf8(Buffer.from(row, "latin1"))) found.push({ kind: "not_utf8", ...place });
    else if (isBad) found.push({ kind: "not_csv", ...place });
    else if (Buffer.byteLength(JSON.stringify({ a, b })) > OPTIONS.maxRecordBytes)
      found.push({ kind: "too_long", ...place });
    else found.push({ kind: "record", ...place, value: { a, b } });
  }
  return found;
}

function summary({ records, unreadable }: Seen): ReturnType<typeof expected> {
  const read = records.map(({ text, ...place }) => ({
    kind: "record",
    ...place,
    value: JSON.parse(text) as unknown,
  }));
  return [...read, ...unreadable.map(({ kind, number, offset }) => ({ kind, number, offset }))].sort(
    (a, b) => a.offset - b.offset,
  );
}

/** Pieces of which every kind of row is made, and many that are none. */
const piece = fc.oneof(
  fc
    .constantFrom('"', '""', ",", "\n", "\r\n", "\r", "x", " ", "é", "€", "😀", BOM, "\0")
    .map((text) => Buffer.from(text)),
  fc
    .constantFrom("1,2\n", '"1","2"\r\n', '"1\n2",3\n', '"a""b",\n', "\n", "1,2,3\n")
    .map((text) => Buffer.from(text)),
  fc.constantFrom([0xff], [0xc3], [0xe2, 0x82]).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 30, max: 45 }).map((length) => Buffer.from("y".repeat(length))),
);
const file = fc
  .tuple(fc.constantFrom("", "", BOM), fc.array(piece, { maxLength: 40 }))
  .map(([mark, pieces]) => Buffer.concat([Buffer.from(mark), ...pieces]));
const cuts = fc.array(fc.nat(), { maxLength: 20 });

describe("a file of any bytes", () => {
  it("holds the rows that a regular expression finds, and each is accounted for", async () => {
    await fc.assert(
      fc.asyncProperty(file, async (file) => {
        const seen = await read(file, OPTIONS);
        const all = expected(file);
        expect(summary(seen)).toEqual(all.filter(({ kind }) => kind !== "blank"));
        expect(seen.records.length + seen.unreadable.length + seen.blank).toBe(all.length);
      }),
      { numRuns: 400 },
    );
  });

  it("is the same however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(file, cuts, async (file, cuts) => {
        expect(await read(new MemoryFile(file, cuts), OPTIONS)).toEqual(await read(file, OPTIONS));
      }),
      { numRuns: 400 },
    );
  });

  it("is the same range by range, of any size and in any chunks, with and without a header", async () => {
    const options = fc.constantFrom(OPTIONS, { maxRecordBytes: 40 });
    const chunkBytes = fc.constantFrom(1, 2, 7, Infinity);
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.integer({ min: 1, max: 60 }),
        chunkBytes,
        options,
        async (file, size, chunkBytes, options) => {
          const text = options === OPTIONS ? file : Buffer.concat([Buffer.from('\n"a\n",b\r\n'), file]);
          const input = new MemoryFile(text, [], chunkBytes);
          expect(await readSplit(input, size, options)).toEqual(await read(text, options));
          const ranges = await rangesOf(input, size, options);
          // One after the other, without a gap.
          expect(ranges.map(({ start }) => start)).toEqual(
            [0, ...ranges.map(({ end }) => end)].slice(0, ranges.length),
          );
          expect(ranges.at(-1)?.end ?? 0).toBe(text.length);
          for (const { start, end } of ranges.slice(0, -1)) expect(end - start).toBeGreaterThanOrEqual(size);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("is cut in many ranges where its rows allow it", async () => {
    for (const lineEnd of ["\n", "\r\n"]) {
      const text = Buffer.from(`a,b${lineEnd}` + `1,"x${lineEnd}""y"${lineEnd}2,3${lineEnd}`.repeat(100));
      const file = new MemoryFile(text, [], 5);
      const ranges = await rangesOf(file, 50);
      expect(ranges.length).toBeGreaterThan(text.length / 80);
      expect(await readSplit(file, 50)).toEqual(await read(text));
      expect((await read(text)).records).toHaveLength(200);
    }
  });

  it("is the same byte by byte, and cut at every two positions", async () => {
    const file = Buffer.concat([
      Buffer.from(`${BOM}"1""",é\r\n\r\n"x\r\n\n",😀\n1\n"2"x",3\n`),
      Buffer.from([0x22, 0xe2, 0x82, 0x22, 0x2c, 0x0a]),
      Buffer.from(`${"z".repeat(41)},\n5,6\n7,"8`),
    ]);
    const whole = await read(file, OPTIONS);
    expect(summary(whole).map(({ kind, number }) => [kind, number])).toEqual([
      ["record", 1],
      ["record", 3],
      ["not_csv", 6],
      ["not_csv", 7],
      ["not_utf8", 8],
      ["too_long", 9],
      ["record", 10],
      ["not_csv", 11],
    ]);
    expect(await read(new MemoryFile(file, [], 1), OPTIONS)).toEqual(whole);
    for (let i = 0; i < file.length; i++) {
      for (let j = i; j < file.length; j++) {
        expect({ i, j, ...(await read(new MemoryFile(file, [i, j]), OPTIONS)) }).toEqual({ i, j, ...whole });
      }
    }
  });

  it("keeps the limits of batches, whose rows together are all", async () => {
    const limits = fc.record({
      batchSize: fc.integer({ min: 1, max: 5 }),
      batchBytes: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(file, cuts, limits, async (file, cuts, limits) => {
        const range = { start: 0, end: file.length, first: 1 };
        const batches = await batchesOf(new MemoryFile(file, cuts), range, { ...OPTIONS, ...limits });
        for (const { records, unreadable } of batches) {
          expect(Math.max(records.length, unreadable.length)).toBeLessThanOrEqual(limits.batchSize);
          if (records.length > 0) expect(records.start(records.length - 1)).toBeLessThan(limits.batchBytes);
        }
        expect(joined(batches)).toEqual(await read(file, OPTIONS));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a row of 200 MB", () => {
  const MB = 1 << 20;
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers / MB;
  };
  const ROW = Buffer.alloc(MB, "x");

  it.each([
    ["without quotes", "", "", "a,b\n3,4\n", "has 209715200 bytes, more than 16777216"],
    ["in quotes", '"', '"', "a,b\n3,4\n", "has 209715202 bytes, more than 16777216"],
    [
      "whose quote is never closed",
      '"',
      "",
      "a,b\n",
      "has 209715206 bytes, more than 16777216, and opens a quote that is never closed; it goes over 2 lines",
    ],
  ])("is refused and not held in memory: %s", async (_, before, behind, whole, reason) => {
    const begin = held();
    let most = 0;
    const file = {
      name: "large.csv",
      size: undefined,
      async *read() {
        yield Buffer.from(`a,b\n${before}`);
        for (let i = 0; i < 200; i++) {
          yield Buffer.from(ROW);
          if (i % 20 === 0) most = Math.max(most, held() - begin);
        }
        yield Buffer.from(`${behind}\n3,4\n`);
      },
    };
    const seen = await read(file);
    expect(`a,b\n${seen.records.map(() => "3,4\n").join("")}`).toBe(whole);
    expect(seen.unreadable).toMatchObject([{ kind: "too_long", number: 2, offset: 4 }]);
    expect(seen.unreadable[0].reason).toContain(reason);
    expect(seen.unreadable[0].content).toHaveLength(1000);
    expect(most).toBeLessThan(60);
  });
});

it("an error of the source reaches the reader, after the batches before it", async () => {
  const file = {
    name: "gone.csv",
    size: undefined,
    async *read() {
      yield Buffer.from("a\n1\n2\n3");
      throw new Error("the disk is gone");
    },
  };
  const seen: string[] = [];
  const reading = (async () => {
    const range = { start: 0, end: Infinity };
    for await (const { records } of csvInput.read(file, range, { ...READING_DEFAULTS, batchSize: 1 })) {
      seen.push(...records.texts());
    }
  })();
  await expect(reading).rejects.toThrow("the disk is gone");
  expect(seen).toEqual(['{"a":"1"}', '{"a":"2"}']);
});
