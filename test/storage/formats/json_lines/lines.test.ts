// Reading JSON lines: every line is a record, blank, or unreadable with a reason.
import { jsonLinesInput } from "../../../../storage/formats/json_lines";
import type { ReadingOptions } from "../../../../storage/formats/input_format";
import { MAX_DEPTH } from "../../../../storage/json/compact";
import { MemoryFile } from "../memory_file";
import { batchesOf, BOM, read as readFormat, type Read } from "../reading";

const read = (file: string | Buffer, options?: Partial<ReadingOptions>, cuts?: number[]): Promise<Read> =>
  readFormat(jsonLinesInput, new MemoryFile(Buffer.from(file as string), cuts), options);

const NOT_UTF8 = Buffer.from([0x22, 0xc3, 0x28, 0x22]);

describe("lines", () => {
  it.each([
    ["LF", '{"a": 1}\n[2]\n', ['{"a":1}', "[2]"], [0, 9]],
    ["CRLF", '{"a": 1}\r\n[2]\r\n', ['{"a":1}', "[2]"], [0, 10]],
    ["both", '{"a": 1}\r\n[2]\n3\r\n', ['{"a":1}', "[2]", "3"], [0, 10, 14]],
    ["nothing at the end", "1\n2", ["1", "2"], [0, 2]],
    ["a carriage return at the end", "1\r\n2\r", ["1", "2"], [0, 3]],
    ["a byte order mark", `${BOM}1\n2\n`, ["1", "2"], [0, 5]],
    ["a line separator in a string", '"\u2028"\n"\\n"\n', ['"\u2028"', '"\\n"'], [0, 6]],
  ])("end in %s", async (_, file, texts, offsets) => {
    const records = texts.map((text, i) => ({ text, number: i + 1, offset: offsets[i] }));
    expect(await read(file)).toEqual({ records, unreadable: [], blank: 0 });
  });

  it("keep 5.0 as 5.0", async () => {
    const { records } = await read('{ "a" : 5.0 , "id" : 12345678901234567890 }');
    expect(records[0].text).toBe('{"a":5.0,"id":12345678901234567890}');
  });

  it("of white space are counted as blank, and the next keep their numbers", async () => {
    const file = "\n \t\r\n1\n\r\n\n2\n ";
    expect(await read(file)).toEqual({
      records: [
        { text: "1", number: 3, offset: 5 },
        { text: "2", number: 6, offset: 10 },
      ],
      unreadable: [],
      blank: 5,
    });
  });

  it.each([
    ["\n\n\n", 3],
    ["\r\n\r\n", 2],
    [BOM, 1],
    [`${BOM}\n`, 1],
  ])("may all be blank: %j", async (file, blank) => {
    expect(await read(file)).toEqual({ records: [], unreadable: [], blank });
  });

  it("are none in an empty file", async () => {
    expect(await batchesOf(jsonLinesInput, new MemoryFile(Buffer.alloc(0)))).toEqual([]);
  });
});

describe("unreadable lines", () => {
  it("say why, where and what", async () => {
    const file = Buffer.concat([
      Buffer.from('{"a":1}\n  {"a" 1}\r\n'),
      NOT_UTF8,
      Buffer.from(`\n"${"x".repeat(20)}"\n${BOM}1\n2`),
    ]);
    const { records, unreadable } = await read(file, { maxRecordBytes: 20 });
    expect(records.map(({ number }) => number)).toEqual([1, 6]);
    expect(unreadable).toEqual([
      {
        kind: "not_json",
        number: 2,
        offset: 8,
        reason: "has an unexpected '1' at byte 8",
        content: '  {"a" 1}',
      },
      { kind: "not_utf8", number: 3, offset: 19, reason: "is not UTF-8", content: '"\ufffd("' },
      {
        kind: "too_long",
        number: 4,
        offset: 24,
        reason: "has 22 bytes, more than 20",
        content: `"${"x".repeat(20)}"`,
      },
      {
        kind: "not_json",
        number: 5,
        offset: 47,
        reason: "has an unexpected byte 0xef at byte 1",
        content: `${BOM}1`,
      },
    ]);
  });

  it("are those that nest too deep", async () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    const { records, unreadable } = await read(`${nested(MAX_DEPTH)}\n${nested(MAX_DEPTH + 1)}\n`);
    expect(records).toHaveLength(1);
    expect(unreadable).toMatchObject([{ kind: "not_json", number: 2 }]);
    expect(unreadable[0].reason).toBe("is nested deeper than 512 levels at byte 513");
  });

  it("show no more than their first thousand bytes", async () => {
    const { unreadable } = await read(`${"x".repeat(1000)}y\n`);
    expect(unreadable[0].content).toBe("x".repeat(1000));
  });

  it("leave the lines around them alone when they are not UTF-8", async () => {
    const lines = [
      Buffer.from('"é"\n"'),
      Buffer.from([0xe2, 0x82]),
      Buffer.from('"\n"€"\n"'),
      Buffer.from([0xff]),
    ];
    const { records, unreadable } = await read(Buffer.concat(lines));
    expect(records.map(({ text, number }) => [text, number])).toEqual([
      ['"é"', 1],
      ['"€"', 3],
    ]);
    expect(unreadable).toMatchObject([
      { kind: "not_utf8", number: 2 },
      { kind: "not_utf8", number: 4 },
    ]);
  });
});

describe("a line as long as is allowed is read and one byte more is too long", () => {
  const before = { first: "", later: "1\n" };
  const marks = { none: "", mark: BOM };
  const ends = { LF: "\n", CRLF: "\r\n", nothing: "", CR: "\r" };
  const cases = Object.keys(marks).flatMap((mark) =>
    Object.keys(before).flatMap((place) => Object.keys(ends).map((end) => [place, mark, end] as const)),
  );

  it.each(cases)(
    "as the %s line of a file with byte order mark: %s, ended by %s",
    async (place, mark, end) => {
      for (const [length, kinds] of [
        [10, []],
        [11, ["too_long"]],
        [12, ["too_long"]],
        [40, ["too_long"]],
      ] as const) {
        const line = `"${"x".repeat(length - 2)}"`;
        const file = Buffer.from(
          marks[mark as keyof typeof marks] +
            before[place as keyof typeof before] +
            line +
            ends[end as keyof typeof ends],
        );
        const whole = await read(file, { maxRecordBytes: 10 });
        expect({ length, kinds: whole.unreadable.map(({ kind }) => kind) }).toEqual({ length, kinds });
        for (let at = 0; at <= file.length; at++) {
          const parts = await read(file, { maxRecordBytes: 10 }, [at]);
          expect({ at, ...parts }).toEqual({ at, ...whole });
          const more = await read(file, { maxRecordBytes: 10 }, [at, at + 1, at + 9]);
          expect({ at, ...more }).toEqual({ at, ...whole });
        }
      }
    },
  );
});
