// Lines of flat records, taken many at a time: each as the slow twin reads it alone, in its place, whatever stands between them.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { READING_DEFAULTS, type RecordBatch } from "../../storage";
import type { InputFile } from "../../storage/formats/input_format";
import { jsonLinesInput } from "../../storage/formats/json_lines";
import { JsonCompactor } from "../../storage/json/compact";
import { FlatLines } from "../../storage/json/flat_lines";
import { MOST_ROWS } from "../../storage/json/flat_layout";
import { readLines } from "./lines_reading";

const slow = new JsonCompactor();

/** What the slow twin makes of a line; undefined for one that is blank or no JSON. */
function compacted(line: string): string | undefined {
  const bytes = Buffer.from(line);
  const out = Buffer.alloc(bytes.length);
  const end = slow.compact(bytes, 0, bytes.length, out, 0);
  return end < 0 ? undefined : out.toString("utf8", 0, end);
}

/** A record as it was read: its text, its line and where that begins. */
type Place = [text: string, number: number, offset: number];

function places(batches: readonly RecordBatch[]): Place[] {
  return batches.flatMap(({ records, numbers, offsets }) =>
    records.texts().map((text, i): Place => [text, numbers[i], offsets[i]]),
  );
}

function expectedPlaces(lines: readonly string[]): Place[] {
  const found: Place[] = [];
  let offset = 0;
  for (const [i, line] of lines.entries()) {
    const text = compacted(line);
    if (text !== undefined) found.push([text, i + 1, offset]);
    offset += Buffer.byteLength(line) + 1;
  }
  return found;
}

const number = fc.oneof(
  { weight: 20, arbitrary: fc.stringMatching(/^-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        "0",
        "-0",
        "-0.0",
        "134217727",
        "134217728",
        "99999999",
        "999999999",
        "1234567.89",
        "4294967296",
        "1e5",
        "1E-2",
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("01", "1.", ".5", "-", "+1", "1.2.3", '"5"', "null", "{}", "[1]", "NaN", ""),
  },
);

/** How lines of a file are written: with names, what stands around them, and what stands at the end. */
const style = fc.constantFrom(
  ...[
    '{"a":#,"b":#}',
    '{"a": #, "b": #}',
    '{ "a" : # , "b" : # } ',
    '{"sepal_length":#,"é":#,"c":#}\r',
    '{"x":#}',
  ],
  ...['{"a":#,"a":#}', '{"\\u0061":#,"b":#}', '{"":#}', `{"${"long".repeat(80)}":#,"b":#}`, "#"],
);
const otherLine = fc.constantFrom(
  '{"a":1,"b":2}',
  '{"b":1,"a":2}',
  '{"a":1}',
  "[1,2]",
  "",
  "  ",
  "{",
  '{"a":1,"b":2',
  '{"a":1,"b":2}}',
);

const someLines = style.chain((style) =>
  fc.array(
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc.array(number, { minLength: 3, maxLength: 3 }).map((numbers) => {
          let next = 0;
          return style.replaceAll("#", () => numbers[next++]);
        }),
      },
      { weight: 1, arbitrary: otherLine },
    ),
    { maxLength: 60 },
  ),
);

test("lines are what the slow twin makes of them, in their places, in whatever chunks and batches they come", async () => {
  await fc.assert(
    fc.asyncProperty(
      someLines,
      fc.integer({ min: 30, max: 3000 }),
      fc.constantFrom(1, 3, 7, 1024),
      async (lines, chunk, batchSize) => {
        expect(places(await readLines(lines, chunk, batchSize))).toEqual(expectedPlaces(lines));
      },
    ),
    { numRuns: 1000 },
  );
});

test("more lines come in a batch than are taken at a time, and in a chunk than there was room for", async () => {
  const lines = Array.from({ length: 5 * MOST_ROWS }, (_, i) => `{"id":${i},"tenth":${(i / 10).toFixed(1)}}`);
  const batches = await readLines(lines, 1 << 24, 3 * MOST_ROWS);
  expect(places(batches)).toEqual(expectedPlaces(lines));
  expect(batches.map(({ flat }) => flat?.tokens.includes(0))).toEqual([false, false]);
});

test("a line that is longer than is allowed is not taken", async () => {
  const lines = ['{"a":1}', '{"a":2}', `{"a":3${" ".repeat(100)}}`, `{"a":4}${" ".repeat(100)}`, '{"a":5}'];
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const file: InputFile = { name: "lines", size: bytes.length, read: () => Readable.from([bytes]) };
  const range = { start: 0, end: bytes.length, first: 1 };
  const found: string[] = [];
  for await (const { records, unreadable } of jsonLinesInput.read(file, range, {
    ...READING_DEFAULTS,
    maxRecordBytes: 50,
  }))
    found.push(...records.texts(), ...unreadable.map(({ kind, number }) => `${kind} ${number}`));
  expect(found).toEqual(['{"a":1}', '{"a":2}', '{"a":5}', "too_long 3", "too_long 4"]);
});

test("what was taken of one buffer is not taken for another's", () => {
  const lines = new FlatLines();
  const heads = [{ read: Buffer.from('{"a": '), written: Buffer.from('{"a":') }];
  const limits = { rows: 10, bytes: 1000, lineBytes: 100 };
  const taken = (source: Buffer, from = 0): string[] => {
    const count = lines.take(heads, source, from, source.length, limits);
    const ends = [0, ...lines.ends.subarray(0, count)];
    const all = Buffer.from(lines.records);
    return ends.slice(1).map((end, i) => all.toString("utf8", ends[i], end));
  };
  const first = Buffer.from('{"a": 1}\n{"a": 2}\n');
  expect(taken(first)).toEqual(['{"a":1}', '{"a":2}']);
  expect(taken(Buffer.from('{"a": 3}\n'))).toEqual(['{"a":3}']);
  expect(taken(first, 9)).toEqual(['{"a":2}']);
  expect(taken(first)).toEqual(['{"a":1}', '{"a":2}']);
});

test("the code is that of its source", () => {
  const script = path.join(__dirname, "../../../storage/web_assembly/compile.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
