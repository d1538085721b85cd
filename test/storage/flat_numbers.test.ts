// The numbers of flat records: those that JSON.parse gives, the hash of the text among them, and nothing of any other record.
import fc from "fast-check";
import { FlatHasher, RecordHasher, type RecordBatch } from "../../storage";
import { readLines } from "./lines_reading";

/** The rows of a batch that are flat, by the number of the record. */
function rowsOf({ records, flat }: RecordBatch): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  if (flat === undefined) return rows;
  const width = flat.names.length;
  expect(flat.values).toHaveLength(width * records.length);
  for (let i = 0; i < records.length; i++) {
    const row = [...flat.values.subarray(i * width, (i + 1) * width)];
    if (!Number.isNaN(row[0])) rows.set(i, row);
  }
  return rows;
}

const number = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9])?$/) },
);
const value = fc.oneof(
  { weight: 30, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom('"5"', "null", "[1]", "{}", "true") },
);
/** Members with a `#` for each value. */
const members = fc.oneof(
  { weight: 9, arbitrary: fc.constant('"a":#,"b":#') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['"a" : #, "b": #', '"b":#,"a":#', '"a":#', '"a":#,"b":#,"a":#', '"\\u0061":#,"b":#', '"é":#'],
    ),
  },
);
const line = fc.tuple(members, fc.tuple(value, value, value)).map(([members, values]) => {
  let next = 0;
  return `{${members.replaceAll("#", () => values[next++])}}`;
});
const other = fc.constantFrom("[1,2]", "5", "{}", "", "{", '{"a":1e400,"b":2}');
const someLines = fc.array(fc.oneof({ weight: 12, arbitrary: line }, { weight: 1, arbitrary: other }), {
  maxLength: 40,
});

it("says of each record what JSON.parse and the hash of its text say, or nothing", async () => {
  let flatOnes = 0;
  await fc.assert(
    fc.asyncProperty(
      someLines,
      fc.integer({ min: 40, max: 2000 }),
      fc.constantFrom(1, 3, 7, 1024),
      async (lines, chunk, size) => {
        const hasher = new RecordHasher();
        for (const batch of await readLines(lines, chunk, size)) {
          const { records, flat } = batch;
          const hashes = new Float64Array(records.length).fill(NaN);
          if (flat !== undefined) new FlatHasher().hash(flat, hashes);
          const rows = rowsOf(batch);
          for (let i = 0; i < records.length; i++) {
            expect(Number.isNaN(hashes[i])).toBe(!rows.has(i));
            if (!rows.has(i)) continue;
            flatOnes++;
            const parsed = JSON.parse(records.text(i)) as Record<string, number>;
            expect(Object.keys(parsed)).toEqual(flat!.names);
            expect(rows.get(i)).toEqual(Object.values(parsed));
            expect(hashes[i]).toBe(hasher.hash(records, records.start(i), records.ends[i]));
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(flatOnes).toBeGreaterThan(300);
});

/** Few numbers, so that texts come again, in the spellings that may be taken for each other. */
const spelling = fc.constantFrom(
  ...[
    "0",
    "-0",
    "0.0",
    "-0.0",
    "5",
    "-5",
    "5.0",
    "50",
    "5.00",
    "0.5",
    "0.50",
    "0.05",
    "5e0",
    "134217727",
    "134217728",
  ],
);
const pair = fc.tuple(spelling, spelling).map(([a, b]) => `{"a":${a},"b":${b}}`);

it("has the same tokens for the same text, and others for another, in whatever rows are picked", async () => {
  let comparable = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(pair, { minLength: 2, maxLength: 60 }),
      fc.infiniteStream(fc.boolean()),
      async (lines, chosen) => {
        const texts = new Map<string, string>();
        for (const { records, flat } of await readLines(lines, 1 << 20, 32)) {
          if (flat === undefined) continue;
          const rows = [...flat.tokens.keys()].filter((i) => i < records.length && chosen.next().value);
          const picked = flat.pick(Uint32Array.from(rows));
          for (const [k, row] of rows.entries()) {
            const tokens = picked.tokens.subarray(2 * k, 2 * k + 2);
            expect(picked.values.subarray(2 * k, 2 * k + 2)).toEqual(
              flat.values.subarray(2 * row, 2 * row + 2),
            );
            if (tokens.includes(0)) continue;
            comparable++;
            const text = records.text(row);
            expect(texts.get(tokens.join()) ?? text).toBe(text);
            texts.set(tokens.join(), text);
          }
        }
        expect(new Set(texts.values()).size).toBe(texts.size);
      },
    ),
    { numRuns: 300 },
  );
  expect(comparable).toBeGreaterThan(300);
});

it("knows every record of numbers, whatever is between them, chunks and batches begin where they like", async () => {
  const lines = Array.from({ length: 500 }, (_, i) =>
    i % 100 === 50 ? '{"id":"x","b":0}' : `{"id":${i},"b":-${i / 1000}}`,
  );
  for (const chunk of [700, 1 << 20]) {
    const batches = await readLines(lines, chunk, 64);
    const found = batches.flatMap((batch) => [...rowsOf(batch).values()]);
    const numbers = lines
      .filter((text) => !text.includes("x"))
      .map((text) => Object.values(JSON.parse(text) as Record<string, number>));
    // A line that is cut in two by chunks is read another way, and so may the last one of a chunk be.
    const chunks = Math.ceil((lines.join("\n").length + 1) / chunk);
    expect(found.length).toBeGreaterThanOrEqual(numbers.length - 2 * chunks);
    expect(numbers).toEqual(expect.arrayContaining(found));
  }
});

it("leaves out records of more numbers than there are columns for", async () => {
  const wide = `{${Array.from({ length: 40 }, (_, i) => `"n${i}":${i}`).join(",")}}`;
  const [batch] = await readLines([wide, wide], 1 << 20, 10);
  expect(batch.records.texts()).toEqual([wide, wide]);
  expect(batch.flat).toBeUndefined();
});
