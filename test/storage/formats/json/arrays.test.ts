// Reading JSON files that hold one array: every element is a record, or unreadable with its place and reason.
import { jsonInput } from "../../../../storage/formats/json";
import type { ReadingOptions } from "../../../../storage/formats/input_format";
import { MemoryFile } from "../memory_file";
import { batchesOf, BOM, read as readFormat, type Read } from "../reading";

const read = (
  file: string | Buffer,
  options?: Partial<ReadingOptions>,
  cuts?: readonly number[] | number,
): Promise<Read> => readFormat(jsonInput, new MemoryFile(Buffer.from(file as string), cuts), options);

const MISSING = "is a comma or bracket where a record should be";
const BEHIND = "stands behind the array's closing bracket";
const CUT_OFF = "ends too early: the array has no closing bracket";

/** Of a file: the texts of its records, and what is unreadable as `line:byte reason: content`. */
async function told(file: string, cuts?: readonly number[] | number): Promise<[string[], string[]]> {
  const { records, unreadable } = await read(file, {}, cuts);
  const others = unreadable.map(
    ({ number, offset, reason, content }) => `${number}:${offset} ${reason}: ${content}`,
  );
  return [records.map(({ text }) => text), others];
}

describe("an array", () => {
  it.each([
    ["nothing", "", [], []],
    ["white space", " \n\t\r\n ", [], []],
    ["a byte order mark", BOM, [], []],
    ["no element", "[]", [], []],
    ["no element but white space", `${BOM} [ \n ] \n`, [], []],
    [
      "elements of all types",
      '[1,"a",null,true,[],{},[1,[2]],-1.50e1]',
      ["1", '"a"', "null", "true", "[]", "{}", "[1,[2]]", "-1.50e1"],
      [],
    ],
    [
      "white space all around",
      '\n[\r\n { "a" : 5.0 } ,\t[ 1 , 2 ]\n,3 \n]\n ',
      ['{"a":5.0}', "[1,2]", "3"],
      [],
    ],
    [
      "commas, brackets and quotes in strings",
      '["],[", "\\"]", "\\\\", {"}":"{"}, "\\\\\\"," ]',
      ['"],["', '"\\"]"', '"\\\\"', '{"}":"{"}', '"\\\\\\","'],
      [],
    ],
    ["an empty element", "[1,,2]", ["1", "2"], [`1:3 ${MISSING}: ,`]],
    ["an empty first element", "[,1]", ["1"], [`1:1 ${MISSING}: ,`]],
    ["a trailing comma", "[1,\n2,\n]", ["1", "2"], [`3:7 ${MISSING}: ]`]],
    ["a comma alone", "[,]", [], [`1:1 ${MISSING}: ,`, `1:2 ${MISSING}: ]`]],
    ["something behind it", "[1]\n x, [2]\n", ["1"], [`2:5 ${BEHIND}: x, [2]\n`]],
    ["a second array behind it", "[1][2]", ["1"], [`1:3 ${BEHIND}: [2]`]],
    ["no closing bracket", '[{"a":1},\n{"b":2}', ['{"a":1}', '{"b":2}'], [`2:17 ${CUT_OFF}: `]],
    ["no closing bracket, but a comma", "[1,\n", ["1"], [`2:4 ${CUT_OFF}: `]],
    ["an opening bracket alone", "[", [], [`1:1 ${CUT_OFF}: `]],
    ["a number that may be cut off", "[1, 23", ["1"], [`1:4 ${CUT_OFF}: 23`]],
    ["a number that is not cut off", "[1, 23 ", ["1", "23"], [`1:7 ${CUT_OFF}: `]],
    ["an object that is cut off", '[1,\n{"a": [1', ["1"], [`2:4 ${CUT_OFF}: {"a": [1`]],
    ["a string that is cut off", '[1,\n "a, b', ["1"], [`2:5 ${CUT_OFF}: "a, b`]],
    ["a string that is cut off in an escape", '["\\', [], [`1:1 ${CUT_OFF}: "\\`]],
    ["two values without a comma", "[1 2, 3]", ["3"], ["1:1 has an unexpected '2' at byte 3: 1 2"]],
    ["two objects without a comma", "[{}{}, 3]", ["3"], ["1:1 has an unexpected '{' at byte 3: {}{}"]],
    ["a colon", "[1:2, 3]", ["3"], ["1:1 has an unexpected ':' at byte 2: 1:2"]],
    [
      "words",
      "[nul, tru e, NaN, 3]",
      ["3"],
      [
        "1:1 ends too early at byte 4: nul",
        "1:6 has an unexpected ' ' at byte 4: tru e".replace("' '", "byte 0x20"),
        "1:13 has an unexpected 'N' at byte 1: NaN",
      ],
    ],
    ["a comment", "[1, // one\n2, 3]", ["1", "3"], ["1:4 has an unexpected '/' at byte 1: // one\n2"]],
    [
      "a wrong closing bracket",
      '[{"a":1], {"b":2}]',
      ['{"b":2}'],
      ["1:1 has an unexpected ']' at byte 7: {\"a\":1]"],
    ],
    [
      "a missing closing bracket within an element",
      '[{"a":[1}, {"b":2}]',
      ['{"b":2}'],
      ["1:1 has an unexpected '}' at byte 8: {\"a\":[1}"],
    ],
    [
      "a closing brace too many",
      '[{"a":1}}, {"b":2}]',
      ['{"b":2}'],
      ["1:1 has an unexpected '}' at byte 8: {\"a\":1}}"],
    ],
    ["a closing bracket too many", "[[1]], 2]", ["[1]"], [`1:5 ${BEHIND}: , 2]`]],
    [
      "a string with a line break",
      '["a\n, "b"]',
      ['"b"'],
      ['1:1 has an unexpected byte 0x0a at byte 3: "a\n'],
    ],
    [
      "an escape of a line break",
      '["a\\\n, "b"]',
      ['"b"'],
      ['1:1 has an unexpected byte 0x0a at byte 4: "a\\\n'],
    ],
    [
      "an object that does not end, one a line",
      '[\n{"a":1,\n{"b":2},\n{"c":3}\n]',
      ['{"b":2}', '{"c":3}'],
      ['2:2 ends too early at byte 8: {"a":1,'],
    ],
    [
      "an object that does not end, on several lines",
      '[\n  {\n    "a": "1\n  },\n  {\n    "b": 2\n  }\n]',
      ['{"b":2}'],
      ['2:4 has an unexpected byte 0x0a at byte 14: {\n    "a": "1\n  }'],
    ],

    [
      "a broken object, and a brace in its column that is not first in its line",
      '[{"a" 1,\n,{"b":2}}, 3]',
      ["3"],
      ['1:1 has an unexpected \'1\' at byte 6: {"a" 1,\n,{"b":2}}'],
    ],
  ])("with %s", async (_, file, records, unreadable) => {
    expect(await told(file)).toEqual([records, unreadable]);
    expect(await told(file, 1)).toEqual([records, unreadable]);
    for (let at = 1; at < file.length; at++) expect(await told(file, [at])).toEqual([records, unreadable]);
  });

  it("tells where each element begins", async () => {
    const { records } = await read(`${BOM}[1, {\n"a": 2},\n\n  "é", 3\n,\n4]`);
    expect(records).toEqual([
      { text: "1", number: 1, offset: 4 },
      { text: '{"a":2}', number: 1, offset: 7 },
      { text: '"é"', number: 4, offset: 21 },
      { text: "3", number: 4, offset: 27 },
      { text: "4", number: 6, offset: 31 },
    ]);
  });

  it("gives no batch when it is empty", async () => {
    expect(await batchesOf(jsonInput, new MemoryFile(Buffer.from("[]")))).toEqual([]);
    expect(await batchesOf(jsonInput, new MemoryFile(Buffer.alloc(0)))).toEqual([]);
  });
});

describe("an element", () => {
  it.each([1, 2, 5, Infinity])(
    "as long as is allowed is read, and one byte more is too long, in chunks of %d",
    async (chunk) => {
      const element = (length: number): string => `"${"x".repeat(length - 2)}"`;
      for (const space of ["", " ", "\n".repeat(30)]) {
        const file = `[${[10, 11, 5000, 10].map((length) => space + element(length) + space).join(",")}]`;
        const { records, unreadable } = await read(file, { maxRecordBytes: 10 }, chunk);
        expect(records.map(({ text }) => text)).toEqual([element(10), element(10)]);
        expect(unreadable).toMatchObject([
          { kind: "too_long", reason: "has 11 bytes, more than 10", content: element(11) },
          { kind: "too_long", reason: "has 5000 bytes, more than 10", content: element(5000).slice(0, 1000) },
        ]);
      }
    },
  );

  it.each([1, 3, Infinity])(
    "that is not UTF-8 is told, and those around it are read, in chunks of %d",
    async (chunk) => {
      const file = Buffer.concat([
        Buffer.from('["é", "'),
        Buffer.from([0xe2, 0x82]),
        Buffer.from('", "€😀",'),
        Buffer.from([0xff]),
        Buffer.from(', {"ü": 1}]'),
      ]);
      const { records, unreadable } = await read(file, {}, chunk);
      expect(records.map(({ text }) => text)).toEqual(['"é"', '"€😀"', '{"ü":1}']);
      expect(unreadable).toMatchObject([
        { kind: "not_utf8", offset: 7, reason: "is not UTF-8" },
        { kind: "not_utf8", offset: 23 },
      ]);
    },
  );

  it("regression: ten million brackets are counted, not called", async () => {
    const open = Buffer.alloc(10_000_000, "[");
    expect((await read(open, {}, 1 << 16)).unreadable).toMatchObject([{ kind: "not_json", reason: CUT_OFF }]);
    const closed = Buffer.concat([
      Buffer.from("["),
      open,
      Buffer.alloc(10_000_000, "]"),
      Buffer.from(", 1]"),
    ]);
    const { records, unreadable } = await read(closed, {}, 1 << 16);
    expect(records.map(({ text }) => text)).toEqual(["1"]);
    expect(unreadable).toMatchObject([
      { kind: "too_long", reason: "has 20000000 bytes, more than 16777216" },
    ]);
    expect((await read(closed, { maxRecordBytes: 1 << 30 }, 1 << 16)).unreadable).toMatchObject([
      { kind: "not_json", reason: "is nested deeper than 512 levels at byte 513" },
    ]);
  });
});
