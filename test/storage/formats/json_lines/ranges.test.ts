// Ranges of a file of JSON lines: wherever it is cut, every line is in exactly one of them.
import fc from "fast-check";
import { UnreadableFileError } from "../../../../storage/errors";
import type { ByteRange } from "../../../../storage/formats/input_format";
import { jsonLinesInput } from "../../../../storage/formats/json_lines";
import { MemoryFile } from "../memory_file";
import { BOM, read, together, withoutNumbers, type Read } from "../reading";
import { lineFile, linesIn, linesOf, MAX_RECORD_BYTES } from "./line_files";

const OPTIONS = { maxRecordBytes: MAX_RECORD_BYTES };
const SMALL = Buffer.concat([
  Buffer.from(`${BOM}{"é": 1}\r\n\n \r\n[1,\n"a long line, too long"\n`),
  Buffer.from([0x22, 0xe2, 0x82, 0x22, 0x0a]),
  Buffer.from("\n\n12345\r\n6\n\r\n[]"),
]);

/** Reads `[0, a), [a, b), ..., [z, size)`, each apart. */
async function readCut(
  bytes: Buffer,
  at: readonly number[],
  chunk = Infinity,
  options = OPTIONS,
): Promise<Read> {
  const ends = [...at, bytes.length];
  const parts: Read[] = [];
  for (const [i, end] of ends.entries()) {
    const file = new MemoryFile(bytes, chunk);
    parts.push(await read(jsonLinesInput, file, options, { start: i === 0 ? 0 : ends[i - 1], end }));
    expect(file.open).toBe(0);
  }
  return together(parts);
}

describe("two or three ranges", () => {
  it.each([1, 2, 3, 7, Infinity])(
    "hold each line once, wherever they meet, in chunks of %d",
    async (chunk) => {
      for (const bytes of [SMALL, Buffer.concat([SMALL, Buffer.from("\n")])]) {
        const whole = withoutNumbers(await read(jsonLinesInput, new MemoryFile(bytes), OPTIONS));
        expect(linesOf(whole)).toHaveLength(7);
        for (let i = 0; i <= bytes.length; i++) {
          expect({ i, ...withoutNumbers(await readCut(bytes, [i], chunk)) }).toEqual({ i, ...whole });
          if (chunk !== Infinity) continue;
          for (let j = i; j <= bytes.length; j++) {
            const parts = withoutNumbers(await readCut(bytes, [i, j], chunk));
            expect({ i, j, ...parts }).toEqual({ i, j, ...whole });
          }
        }
      }
    },
  );
});

describe("ranges", () => {
  it("of random files hold what splitting them finds", async () => {
    const cuts = fc.array(fc.nat(), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lineFile, cuts, fc.integer({ min: 1, max: 300 }), async (bytes, cuts, chunk) => {
        const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
        const found = await readCut(bytes, at, chunk);
        const all = linesIn(bytes).map((line) => ({ ...line, number: NaN }));
        expect(linesOf(withoutNumbers(found))).toEqual(all.filter(({ kind }) => kind !== "blank"));
        expect(found.blank).toBe(all.filter(({ kind }) => kind === "blank").length);
      }),
      { numRuns: 300 },
    );
  });

  it("of a larger file hold each record once", async () => {
    const lines = Array.from(
      { length: 5000 },
      (_, i) => `{"id": ${i}, "text": "${"é".repeat((i * 37) % 90)}"}`,
    );
    const bytes = Buffer.from(lines.join("\n"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(bytes.length), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 50, max: 100_000 }),
        async (cuts, chunk) => {
          const found = await readCut(
            bytes,
            cuts.sort((a, b) => a - b),
            chunk,
            { maxRecordBytes: 1000 },
          );
          expect(found.records.map(({ text }) => (JSON.parse(text) as { id: number }).id)).toEqual([
            ...lines.keys(),
          ]);
          expect(found.unreadable).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("of a size are cut by split, and hold each line once", async () => {
    for (let size = 1; size <= SMALL.length + 1; size++) {
      const file = new MemoryFile(SMALL);
      const parts: Read[] = [];
      for await (const range of jsonLinesInput.split!(file, size, {
        ...OPTIONS,
        batchSize: 9,
        batchBytes: 99,
      }))
        parts.push(await read(jsonLinesInput, file, OPTIONS, range));
      const whole = await read(jsonLinesInput, file, OPTIONS);
      expect({ size, ...withoutNumbers(together(parts)) }).toEqual({ size, ...withoutNumbers(whole) });
    }
  });

  it("within one long line have none", async () => {
    const bytes = Buffer.from(`1\n"${"x".repeat(100)}"\n2\n`);
    for (let start = 3; start < 104; start++) {
      for (const end of [start + 1, 104]) {
        const file = new MemoryFile(bytes, 5);
        const found = await read(jsonLinesInput, file, OPTIONS, { start, end });
        expect({ start, end, found }).toEqual({
          start,
          end,
          found: { records: [], unreadable: [], blank: 0 },
        });
        // Nothing behind the range is fetched.
        expect(file.requests).toEqual([[start - 1, end]]);
      }
    }
  });

  it("without bytes have no lines, and fetch nothing", async () => {
    for (const at of [0, 3, SMALL.length]) {
      const file = new MemoryFile(SMALL);
      const found = await read(jsonLinesInput, file, OPTIONS, { start: at, end: at });
      expect(found).toEqual({ records: [], unreadable: [], blank: 0 });
      expect(file.fetched).toBe(0);
    }
  });

  it("may end behind the end of the file, whether its size is known or not", async () => {
    const bytes = Buffer.from("1\n22\n333");
    for (const isSizeKnown of [true, false]) {
      for (const end of [8, 9, 1000, Infinity]) {
        const file = new MemoryFile(bytes, 3, isSizeKnown);
        const { records } = await read(jsonLinesInput, file, OPTIONS, { start: 2, end });
        expect({ end, records }).toEqual({
          end,
          records: [
            { text: "22", number: NaN, offset: 2 },
            { text: "333", number: NaN, offset: 5 },
          ],
        });
      }
    }
  });
});

describe("the number of a line", () => {
  const numbers = async (range: ByteRange): Promise<number[]> => {
    const { records, unreadable } = await read(
      jsonLinesInput,
      new MemoryFile(Buffer.from("1\n\n2\nx\n3")),
      {},
      range,
    );
    return [...records, ...unreadable].map(({ number }) => number).sort();
  };

  it("counts from the start of the file", async () => {
    expect(await numbers({ start: 0, end: 8 })).toEqual([1, 3, 4, 5]);
  });

  it("counts from the first of a range that is known", async () => {
    expect(await numbers({ start: 3, end: 8, first: 3 })).toEqual([3, 4, 5]);
  });

  it("is NaN where it is not known", async () => {
    expect(await numbers({ start: 3, end: 8 })).toEqual([NaN, NaN, NaN]);
  });
});

it("regression: a file that has become shorter is refused, where records would be lost in silence", async () => {
  const file = new MemoryFile(Buffer.from("1\n2\n3\n"));
  const shorter = { name: "short", size: 100, read: file.read.bind(file) };
  const reading = read(jsonLinesInput, shorter, OPTIONS, { start: 0, end: 50 });
  await expect(reading).rejects.toThrow(UnreadableFileError);
  await expect(reading).rejects.toThrow("Cannot read 'short': it ends at byte 6, but had 100 bytes");
});
