// JSON lines from chunks: where a file is cut changes nothing, batches keep their limits, memory does not grow.
import { isUtf8 } from "node:buffer";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { readJsonLines } from "../../storage/json_lines";
import { batchesOf, BOM, cut, joined, stream, type Lines } from "./json_lines_reading";

const OPTIONS = { maxRecordBytes: 12, batchSize: 1000, batchBytes: 1 << 20 };

/** What a file holds, said in another way: split, JSON.parse. */
function expected(file: Buffer): { kind: string; line: number; offset: number; value?: unknown }[] {
  const lines: Buffer[] = [];
  let rest = file;
  for (let at = rest.indexOf("\n"); at >= 0; at = rest.indexOf("\n")) {
    lines.push(rest.subarray(0, at + 1));
    rest = rest.subarray(at + 1);
  }
  if (rest.length > 0) lines.push(rest);
  let offset = 0;
  return lines.map((whole, i) => {
    const begins = offset;
    offset += whole.length;
    let text = whole.toString("latin1").replace(/\r?\n?$/, "");
    if (i === 0) text = text.replace(/^\xef\xbb\xbf/, "");
    const bytes = Buffer.from(text, "latin1");
    const found = { line: i + 1, offset: begins };
    if (bytes.length > OPTIONS.maxRecordBytes) return { kind: "too_long", ...found };
    if (!isUtf8(bytes)) return { kind: "not_utf8", ...found };
    if (/^[ \t\r]*$/.test(text)) return { kind: "blank", ...found };
    try {
      return { kind: "record", ...found, value: JSON.parse(bytes.toString()) as unknown };
    } catch {
      return { kind: "not_json", ...found };
    }
  });
}

function summary({ records, unreadable }: Lines): ReturnType<typeof expected> {
  const read = records.map(({ text, line, offset }) => ({
    kind: "record",
    line,
    offset,
    value: JSON.parse(text) as unknown,
  }));
  return [...read, ...unreadable.map(({ kind, line, offset }) => ({ kind, line, offset }))].sort(
    (a, b) => a.line - b.line,
  );
}

const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('{"é": 5.0}', "[1, 2]", ' "€😀" ', "null", "12345678901")
      .map((text) => Buffer.from(text)),
  },
  fc.constantFrom("", " ", "\t", "{", "[1", "x", '"\r"', `${BOM}1`).map((text) => Buffer.from(text)),
  fc.constantFrom([0xff], [0x22, 0xc3, 0x22], [0x22, 0xe2, 0x82]).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 10, max: 15 }).map((length) => Buffer.from(`"${"x".repeat(length - 2)}"`)),
  fc.constant(Buffer.from(`"${"y".repeat(1500)}"`)),
);

const file = fc
  .tuple(
    fc.constantFrom("", "", BOM),
    fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n"))),
    fc.oneof(fc.constant(Buffer.alloc(0)), line),
  )
  .map(([mark, lines, last]) =>
    Buffer.concat([Buffer.from(mark), ...lines.flatMap(([line, end]) => [line, Buffer.from(end)]), last]),
  );

describe("a file", () => {
  it("holds what splitting it and JSON.parse find, and every line is accounted for", async () => {
    await fc.assert(
      fc.asyncProperty(file, async (file) => {
        const lines = joined(await batchesOf([file], OPTIONS));
        const all = expected(file);
        expect(summary(lines)).toEqual(all.filter(({ kind }) => kind !== "blank"));
        expect(lines.records.length + lines.unreadable.length + lines.blank).toBe(all.length);
        expect(lines.bytes).toBe(file.length);
      }),
      { numRuns: 500 },
    );
  });

  it("is the same however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.array(fc.nat(), { maxLength: 30 }), async (file, positions) => {
        const whole = joined(await batchesOf([file], OPTIONS));
        expect(joined(await batchesOf(cut(file, positions), OPTIONS))).toEqual(whole);
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
    const whole = joined(await batchesOf([file], options));
    expect(summary(whole).map(({ kind, line }) => [kind, line])).toEqual([
      ["record", 1],
      ["not_json", 3],
      ["not_utf8", 4],
      ["record", 5],
      ["record", 7],
      ["record", 8],
    ]);
    const positions = Array.from(file, (_, i) => i);
    expect(joined(await batchesOf(cut(file, positions), options))).toEqual(whole);
    for (const i of positions) {
      for (const j of positions.slice(i + 1))
        expect({ i, j, ...joined(await batchesOf(cut(file, [i, j]), options)) }).toEqual({ i, j, ...whole });
    }
  });
});

describe("batches", () => {
  const limits = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    batchBytes: fc.integer({ min: 1, max: 40 }),
  });

  it("keep their limits, and together hold every line", async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.array(fc.nat(), { maxLength: 30 }),
        limits,
        async (file, positions, limits) => {
          const batches = await batchesOf(cut(file, positions), { ...OPTIONS, ...limits });
          for (const { records, unreadable } of batches) {
            expect(records.length).toBeLessThanOrEqual(limits.batchSize);
            expect(unreadable.length).toBeLessThanOrEqual(limits.batchSize);
            // The record that reaches the limit is the last one.
            if (records.length > 0) expect(records.start(records.length - 1)).toBeLessThan(limits.batchBytes);
          }
          expect(joined(batches)).toEqual(joined(await batchesOf([file], OPTIONS)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are as full as they may be", async () => {
    const batches = await batchesOf([Buffer.from("1\n".repeat(25))], { batchSize: 10 });
    expect(batches.map(({ records }) => records.length)).toEqual([10, 10, 5]);
    const wide = await batchesOf([Buffer.from('"abcd"\n'.repeat(5))], { batchBytes: 10 });
    expect(wide.map(({ records }) => records.length)).toEqual([2, 2, 1]);
  });

  it("stay as they were when the next one is read", async () => {
    const batches = await batchesOf([Buffer.from("1\n2\n3\n4\n")], { batchSize: 2 });
    expect(batches.map(({ records }) => records.texts())).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
  });
});

describe("a line of 50 MB", () => {
  const MB = 1 << 20;
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers / MB;
  };

  it.each([
    ["in the middle", "1\n", "\n2\n"],
    ["at the beginning", "", "\n1\n2\n"],
    ["at the end", "1\n2\n", ""],
  ])("is too long and is not held in memory: %s", async (_, before, behind) => {
    const start = held();
    let most = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from(before);
      for (let i = 0; i < 50; i++) {
        yield Buffer.alloc(MB, "x");
        if (i % 7 === 0) most = Math.max(most, held() - start);
      }
      yield Buffer.from(behind);
    }
    const options = { maxRecordBytes: 4 * MB, batchSize: 10, batchBytes: MB };
    const batches = [];
    for await (const batch of readJsonLines(chunks(), options)) batches.push(batch);
    const { records, unreadable } = joined(batches);
    expect(records.map(({ text }) => text)).toEqual(["1", "2"]);
    expect(unreadable).toMatchObject([{ kind: "too_long", reason: "has 52428800 bytes, more than 4194304" }]);
    expect(unreadable[0].content).toHaveLength(1000);
    expect(most).toBeLessThan(30);
  });
});

it("an error of the source reaches the reader, after the batches before it", async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield* stream([Buffer.from("1\n2\n3")]);
    throw new Error("the disk is gone");
  }
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { records } of readJsonLines(failing(), { ...OPTIONS, batchSize: 1 }))
      seen.push(...records.texts());
  })();
  await expect(reading).rejects.toThrow("the disk is gone");
  expect(seen).toEqual(["1", "2"]);
});
