// JSON files at random: arrays and values that are whole give all their records, others lose nothing in silence.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { jsonInput } from "../../../../storage/formats/json";
import { CONTENT_LIMIT } from "../../../../storage/formats/record_batch";
import { choices, spell, spread, tree } from "../../../json_texts";
import { MemoryFile } from "../memory_file";
import { batchesOf, BOM, joined, read as readFormat, type Read } from "../reading";

const read = (text: string | Buffer, cuts?: readonly number[] | number): Promise<Read> =>
  readFormat(jsonInput, new MemoryFile(Buffer.from(text as string), cuts));

/** What JsonCompactor refuses. */
const HUGE_EXPONENT = /[eE][+-]?0*[1-9]\d{15}/;

/** JSON texts as they are spelled, whose exponents JsonCompactor lets through. */
const text = fc
  .tuple(tree, choices)
  .map(([tree, choices]) => spell(tree, choices))
  .filter((text) => !HUGE_EXPONENT.test(text));
const texts = fc.array(text, { maxLength: 6 });
const chunk = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(Infinity));
const mark = fc.constantFrom("", BOM);

interface Spread {
  file: string;
  texts: string[];
}

const array: fc.Arbitrary<Spread> = fc
  .tuple(mark, texts, choices)
  .map(([mark, texts, choices]) => ({ file: mark + spread(`[${texts.join(",")}]`, choices), texts }));

/** Values one after the other; one that is an array at the beginning would be read as its elements. */
const values: fc.Arbitrary<Spread> = fc
  .tuple(mark, texts, choices, fc.constantFrom("\n", " ", "\r\n", "\n\n\t"))
  .filter(([, texts]) => !texts[0]?.startsWith("["))
  .map(([mark, texts, choices, end]) => ({
    file: mark + texts.map((text) => spread(text, choices) + end).join(""),
    texts,
  }));

/** The number of the line that each byte of a file is in. */
function linesOf(bytes: Buffer): number[] {
  let line = 1;
  return Array.from(bytes, (byte) => (byte === 0x0a ? line++ : line));
}

describe.each([
  ["an array", array],
  ["values one after the other", values],
])("%s", (_, spreads) => {
  it("gives every element as it is spelled, without the white space, from where it begins", async () => {
    await fc.assert(
      fc.asyncProperty(spreads, chunk, async ({ file, texts }, chunk) => {
        const bytes = Buffer.from(file);
        const { records, unreadable } = await read(bytes, chunk);
        expect(unreadable).toEqual([]);
        expect(records.map(({ text }) => text)).toEqual(texts);
        const lines = linesOf(bytes);
        for (const { text, number, offset } of records) {
          expect(bytes[offset]).toBe(text.charCodeAt(0));
          expect(number).toBe(lines[offset]);
        }
        const offsets = records.map(({ offset }) => offset);
        expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it("is in batches that keep their limits, and hold the same", async () => {
    await fc.assert(
      fc.asyncProperty(spreads, chunk, fc.integer({ min: 1, max: 3 }), async ({ file }, chunk, batchSize) => {
        const found = await batchesOf(jsonInput, new MemoryFile(Buffer.from(file), chunk), { batchSize });
        for (const { records } of found) expect(records.length).toBeLessThanOrEqual(batchSize);
        expect(joined(found)).toEqual(await read(file));
      }),
      { numRuns: 200 },
    );
  });

  it("when it is cut off gives what is whole, and tells the rest", async () => {
    await fc.assert(
      fc.asyncProperty(spreads, fc.nat(), chunk, async ({ file, texts }, at, chunk) => {
        const bytes = Buffer.from(file.trim());
        const cut = bytes.subarray(0, at % bytes.length || 0);
        const { records, unreadable } = await read(cut, chunk);
        const found = records.map(({ text }) => text);
        // All but perhaps the last are as they were: a number that is cut off between values may be another number.
        expect(found.slice(0, -1)).toEqual(texts.slice(0, Math.max(0, found.length - 1)));
        if (bytes.toString().replace(BOM, "").startsWith("[")) {
          expect(found).toEqual(texts.slice(0, found.length));
          if (cut.toString().replace(BOM, "").trim().startsWith("[")) expect(unreadable).toHaveLength(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Changes of a text: some of its bytes removed, and others put there. */
const mutations = fc.array(
  fc.tuple(
    fc.nat(),
    fc.nat(3),
    fc.constantFrom(
      "",
      "[",
      "]",
      "{",
      "}",
      '"',
      "\\",
      ",",
      ":",
      "\n",
      " ",
      "1",
      "x",
      "\xff",
      "nul",
      '"a',
      "\n{",
    ),
  ),
  { minLength: 1, maxLength: 4 },
);

function mutated(file: string, changes: readonly [number, number, string][]): Buffer {
  let bytes = Buffer.from(file);
  for (const [where, length, by] of changes) {
    const at = where % (bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(by, "latin1"), bytes.subarray(at + length)]);
  }
  return bytes;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

describe("a file with mistakes", () => {
  it("is read without an error, the same in any chunks, and what is JSON has no mistakes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(array, values), mutations, chunk, async ({ file }, changes, chunk) => {
        const bytes = mutated(file, changes);
        const whole = await read(bytes);
        expect(await read(bytes, chunk)).toEqual(whole);
        const value = parsed(bytes.toString().replace(/^\ufeff/, ""));
        if (Array.isArray(value) && isUtf8(bytes) && !HUGE_EXPONENT.test(bytes.toString())) {
          expect(whole.unreadable).toEqual([]);
          expect(whole.records.map(({ text }) => JSON.parse(text) as unknown)).toEqual(value);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("has every byte that is no white space and no separator in a record or in something unreadable", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(array, values), mutations, async ({ file }, changes) => {
        const bytes = mutated(file, changes);
        const { records, unreadable } = await read(bytes);
        const rest = bytes.toString("latin1").split("");
        const take = (from: number, length: number): void => {
          for (let i = from; i < from + length; i++) rest[i] = " ";
        };
        // A record's bytes are those of its text, in their order, and white space between them.
        for (const { text, offset } of records) {
          let [at, left] = [offset, Buffer.byteLength(text)];
          const compact = Buffer.from(text);
          for (; left > 0; at++) {
            if (bytes[at] === compact[compact.length - left]) left--;
            else expect(" \t\r\n").toContain(String.fromCharCode(bytes[at]));
            take(at, 1);
          }
        }
        // Of what is shown in part, or with other bytes for those that are not UTF-8, the length can't be told.
        fc.pre(isUtf8(bytes) && unreadable.every(({ content }) => content.length < CONTENT_LIMIT / 4));
        for (const { offset, content } of unreadable) take(offset, Buffer.byteLength(content));
        const left = rest
          .join("")
          .replace(/^\xef\xbb\xbf/, "")
          .trim();
        expect(left.replace(/^\[/, "").replace(/\]$/, "")).toMatch(/^[\s,]*$/);
      }),
      { numRuns: 2000 },
    );
  });
});
