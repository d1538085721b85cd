// JSON lines from chunks: where a file is cut into chunks changes nothing, and batches keep their limits.
import fc from "fast-check";
import { jsonLinesInput } from "../../../../storage/formats/json_lines";
import type { InputFile, ReadingOptions } from "../../../../storage/formats/input_format";
import type { RecordBatch } from "../../../../storage/formats/record_batch";
import { MemoryFile } from "../memory_file";
import { batchesOf, BOM, joined, read as readFormat, WHOLE, type Read } from "../reading";
import { lineFile, linesIn, linesOf, MAX_RECORD_BYTES } from "./line_files";

const OPTIONS = { maxRecordBytes: MAX_RECORD_BYTES, batchSize: 1000, batchBytes: 1 << 20 };

const read = (file: Buffer, cuts?: readonly number[] | number, options = OPTIONS): Promise<Read> =>
  readFormat(jsonLinesInput, new MemoryFile(file, cuts), options);

const cuts = fc.oneof(
  fc.array(fc.nat(300), { maxLength: 30 }).map((cuts) => cuts.sort((a, b) => a - b)),
  fc.integer({ min: 1, max: 20 }),
);

describe("a file", () => {
  it("holds what splitting it and JSON.parse find, and every line is accounted for", async () => {
    await fc.assert(
      fc.asyncProperty(lineFile, cuts, async (file, cuts) => {
        const lines = await read(file, cuts);
        const all = linesIn(file);
        expect(linesOf(lines)).toEqual(all.filter(({ kind }) => kind !== "blank"));
        expect(lines.records.length + lines.unreadable.length + lines.blank).toBe(all.length);
      }),
      { numRuns: 500 },
    );
  });

  it("is the same however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(lineFile, cuts, async (file, cuts) => {
        expect(await read(file, cuts)).toEqual(await read(file));
      }),
      { numRuns: 500 },
    );
  });

  it("is the same byte by byte, and cut at every two positions", async () => {
    const file = Buffer.concat([
      Buffer.from(`${BOM}{"a": "é€😀"}\r\n\r\n[1,\n`),
      Buffer.from([0x22, 0xe2, 0x82, 0x22, 0x0a]),
      Buffer.from('"0123456789abcd"\n \n"😀"\r\n5.0'),
    ]);
    const options = { ...OPTIONS, maxRecordBytes: 18 };
    const whole = await read(file, undefined, options);
    expect(linesOf(whole).map(({ kind, number }) => [kind, number])).toEqual([
      ["record", 1],
      ["not_json", 3],
      ["not_utf8", 4],
      ["record", 5],
      ["record", 7],
      ["record", 8],
    ]);
    expect(await read(file, 1, options)).toEqual(whole);
    for (let i = 0; i < file.length; i++) {
      for (let j = i + 1; j < file.length; j++)
        expect({ i, j, ...(await read(file, [i, j], options)) }).toEqual({ i, j, ...whole });
    }
  });

  it("may begin with chunks that are empty", async () => {
    const file: InputFile = {
      name: "empty chunks",
      size: 4,
      async *read() {
        for (const text of ["", "1\n", "", "", "2", "\n", ""]) yield Buffer.from(text);
      },
    };
    expect((await readFormat(jsonLinesInput, file)).records).toEqual([
      { text: "1", number: 1, offset: 0 },
      { text: "2", number: 2, offset: 2 },
    ]);
  });

  it("regression: a line that is not kept whole has the same size as one that is, its carriage return left out", async () => {
    const line = Buffer.from(`${"1".repeat(2000)}\r\n`);
    for (const cuts of [Infinity, 1, 700]) {
      const { unreadable } = await read(line, cuts);
      expect(unreadable).toMatchObject([{ kind: "too_long", reason: "has 2000 bytes, more than 12" }]);
    }
  });
});

describe("batches", () => {
  const limits = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    batchBytes: fc.integer({ min: 1, max: 40 }),
  });
  const batches = (file: Buffer, options: Partial<ReadingOptions>, cuts?: readonly number[] | number) =>
    batchesOf(jsonLinesInput, new MemoryFile(file, cuts), options);

  it("keep their limits, and together hold every line", async () => {
    await fc.assert(
      fc.asyncProperty(lineFile, cuts, limits, async (file, cuts, limits) => {
        const found = await batches(file, { ...OPTIONS, ...limits }, cuts);
        for (const { records, unreadable } of found) {
          expect(records.length).toBeLessThanOrEqual(limits.batchSize);
          expect(unreadable.length).toBeLessThanOrEqual(limits.batchSize);
          // The record that reaches the limit is the last one.
          if (records.length > 0) expect(records.start(records.length - 1)).toBeLessThan(limits.batchBytes);
        }
        expect(joined(found)).toEqual(await read(file));
      }),
      { numRuns: 500 },
    );
  });

  it("are as full as they may be", async () => {
    const sizes = (found: RecordBatch[]): number[] => found.map(({ records }) => records.length);
    expect(sizes(await batches(Buffer.from("1\n".repeat(25)), { batchSize: 10 }))).toEqual([10, 10, 5]);
    expect(sizes(await batches(Buffer.from('"abcd"\n'.repeat(5)), { batchBytes: 10 }))).toEqual([2, 2, 1]);
  });

  it("stay as they were when the next one is read", async () => {
    const found = await batches(Buffer.from("1\n2\n3\n4\n"), { batchSize: 2 });
    expect(found.map(({ records }) => records.texts())).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
  });
});

describe("a source", () => {
  it("that fails tells the reader, after the batches before", async () => {
    const failing: InputFile = {
      name: "failing",
      size: undefined,
      async *read() {
        yield Buffer.from("1\n2\n3");
        throw new Error("the disk is gone");
      },
    };
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { records } of jsonLinesInput.read(failing, WHOLE, { ...OPTIONS, batchSize: 1 }))
        seen.push(...records.texts());
    })();
    await expect(reading).rejects.toThrow("the disk is gone");
    expect(seen).toEqual(["1", "2"]);
  });

  it("is closed when the reader stops early", async () => {
    const file = new MemoryFile(Buffer.from("1\n".repeat(1000)), 10);
    for await (const batch of jsonLinesInput.read(file, WHOLE, { ...OPTIONS, batchSize: 3 })) {
      expect(batch.records.length).toBe(3);
      break;
    }
    expect(file.open).toBe(0);
    expect(file.fetched).toBe(10);
  });
});
