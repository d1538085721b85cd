// CSV and TSV as they are met: quotes, line ends, marks, bad rows with their reasons, headers that can't be.
import { UnreadableFileError } from "../../storage/errors";
import { tsvInput } from "../../storage/formats/csv";
import { BOM, MemoryFile, read, values } from "./csv_reading";

describe("rows", () => {
  it.each([
    [
      "plain",
      "a,b\n1,2\n3,4\n",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    ["without a line end at the end", "a,b\n1,2", [["1", "2"]]],
    [
      "CRLF",
      "a,b\r\n1,2\r\n3,4\r\n",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    [
      "CRLF and LF in one file",
      "a,b\r\n1,2\n3,4\r\n5,6",
      [
        ["1", "2"],
        ["3", "4"],
        ["5", "6"],
      ],
    ],
    ["a CR at the very end", "a,b\n1,2\r", [["1", "2"]]],
    ["a byte order mark", `${BOM}a,b\n1,2\n`, [["1", "2"]]],
    ["a byte order mark before a quote", `${BOM}"a",b\n1,2\n`, [["1", "2"]]],
    ["the character of a mark elsewhere", `a,b\n${BOM}1,2\n`, [[`${BOM}1`, "2"]]],
    [
      "empty lines",
      "\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    [
      "empty cells",
      "a,b\n,\n,2\n1,\n",
      [
        ["", ""],
        ["", "2"],
        ["1", ""],
      ],
    ],
    [
      "quotes",
      'a,b\n"1","2"\n"1",2\n',
      [
        ["1", "2"],
        ["1", "2"],
      ],
    ],
    ["empty quotes", 'a,b\n"",""\n', [["", ""]]],
    ["a delimiter in quotes", 'a,b\n"1,5",2\n', [["1,5", "2"]]],
    ["doubled quotes", 'a,b\n"say ""hi""",""""\n', [['say "hi"', '"']]],
    ["doubled quotes alone", 'a,b\n"""""",x\n', [['""', "x"]]],
    ["LF in quotes", 'a,b\n"1\n2",3\n', [["1\n2", "3"]]],
    ["CRLF in quotes", 'a,b\r\n"1\r\n2","\r\n"\r\n', [["1\r\n2", "\r\n"]]],
    ["empty lines in quotes", 'a,b\n"\n\n",3\n', [["\n\n", "3"]]],
    [
      "a quote within a cell",
      'a,b\n5" pipe,6"\n1"2"3,4\n',
      [
        ['5" pipe', '6"'],
        ['1"2"3', "4"],
      ],
    ],
    ["a space before a quote", 'a,b\n "1",2\n', [[' "1"', "2"]]],
    ["spaces", "a,b\n 1 , \n", [[" 1 ", " "]]],
    ["NUL", "a,b\n1\0,\0\n", [["1\0", "\0"]]],
    ["tabs and other controls", "a,b\n1\t2,\u0001\u007f\\\n", [["1\t2", "\u0001\u007f\\"]]],
    ["a CR within a cell", "a,b\n1\r2,3\n", [["1\r2", "3"]]],
    ["characters beyond ASCII", 'a,b\né,"€,😀"\n', [["é", "€,😀"]]],
    ["a quoted last cell without a line end", 'a,b\n1,"2"', [["1", "2"]]],
  ])("%s", async (_, text, rows) => {
    const seen = await read(text);
    expect(values(seen)).toEqual(rows.map(([a, b]) => ({ a, b })));
    expect(seen.unreadable).toEqual([]);
  });

  it("of one column", async () => {
    const seen = await read('a\n1\n""\n\n \n');
    expect(seen.records.map(({ text }) => text)).toEqual(['{"a":"1"}', '{"a":""}', '{"a":" "}']);
    expect(seen.blank).toBe(1);
  });

  it("have the line and the byte at which they start", async () => {
    const { records, blank } = await read(`${BOM}\n"a\nb",c\r\n\n1,2\r\n"1\n\n2",3\n4,5`);
    expect(records.map(({ number, offset }) => [number, offset])).toEqual([
      [5, 14],
      [6, 19],
      [9, 28],
    ]);
    expect(blank).toBe(2);
  });

  it("are compact records in the order of the columns", async () => {
    const { records } = await read('b, "a""\n1,\u00e9\n', { fieldTypes: { b: ["number"] } });
    expect(records).toEqual([{ text: '{"b":1," \\"a\\"\\"":"é"}', number: 2, offset: 8 }]);
  });

  it("of a table without a header are all data", async () => {
    const seen = await read("1,2\n3,4\n", { columns: ["x", "y"] });
    expect(seen.records).toEqual([
      { text: '{"x":"1","y":"2"}', number: 1, offset: 0 },
      { text: '{"x":"3","y":"4"}', number: 2, offset: 4 },
    ]);
  });

  it("of tab-separated values", async () => {
    const seen = await read('a\tb\n1,5\t"x\ty\n""z"""\n\t\n', {}, tsvInput);
    expect(values(seen)).toEqual([
      { a: "1,5", b: 'x\ty\n"z"' },
      { a: "", b: "" },
    ]);
  });

  it.each(["", "\n\n", "a,b", "a,b\n", `${BOM}a,b\r\n`, BOM])("none in %j", async (text) => {
    const seen = await read(text);
    expect([seen.records, seen.unreadable]).toEqual([[], []]);
  });

  it("of a file whose size is not known are read to its end", async () => {
    const file = new MemoryFile(Buffer.from('a,b\n1,2\n"3\n",4'), [], 3, false);
    expect(values(await read(file))).toEqual([
      { a: "1", b: "2" },
      { a: "3\n", b: "4" },
    ]);
  });

  it("with columns named like what every object has", async () => {
    const names = ["__proto__", "constructor", "toString"];
    const { records } = await read(`${names.join(",")}\n1,2,3\n`, { fieldTypes: { a: ["number"] } });
    expect(records.map(({ text }) => text)).toEqual(['{"__proto__":"1","constructor":"2","toString":"3"}']);
  });
});

describe("a row that is no record", () => {
  it.each([
    ["too many cells", "1,2,3\n", "not_csv", "has 3 cells, the header 2"],
    ["too few cells", "1\n", "not_csv", "has 1 cell, the header 2"],
    ["white space alone", "  \n", "not_csv", "has 1 cell, the header 2"],
    ["text behind a quote", '"1"x,2\n', "not_csv", "has text behind the closing quote of cell 1"],
    ["a space behind a quote", '1,"2" \n', "not_csv", "has text behind the closing quote of cell 2"],
    [
      "text and quotes behind a quote",
      '"1"x"y",2\n',
      "not_csv",
      "has text behind the closing quote of cell 1",
    ],
    ["not UTF-8", Buffer.from([0xff, 0x2c, 0x32, 0x0a]), "not_utf8", "is not UTF-8"],
    [
      "cells over lines",
      '"1\n2\n",3,4\n',
      "not_csv",
      "has 3 cells, the header 2; it goes over 3 lines: is a quote missing?",
    ],
    ["too long", `${"x".repeat(30)},2\n`, "too_long", "has 32 bytes, more than 20"],
    ["too long as JSON", `${"\u0001".repeat(10)},2\n`, "too_long", "has 76 bytes, more than 20"],
  ])("%s", async (_, row, kind, reason) => {
    const text = Buffer.concat([Buffer.from("a,b\n1,\n"), Buffer.from(row as string), Buffer.from("3,\n")]);
    const { records, unreadable } = await read(text, { maxRecordBytes: 20 });
    expect(records.map(({ text }) => text)).toEqual(['{"a":"1","b":""}', '{"a":"3","b":""}']);
    expect(unreadable).toMatchObject([{ kind, reason, number: 3, offset: 7 }]);
  });

  it("is not found too long by its line end", async () => {
    const row = (zeros: number): string => `${"0".repeat(zeros)}5\r\n`;
    const { records, unreadable } = await read(`a\r\n${row(19)}${row(20)}`, {
      maxRecordBytes: 20,
      fieldTypes: { a: ["number"] },
    });
    expect(records).toEqual([{ text: '{"a":5}', number: 2, offset: 3 }]);
    expect(unreadable).toMatchObject([{ kind: "too_long", reason: "has 21 bytes, more than 20", number: 3 }]);
  });

  it("holds its text, cut", async () => {
    const { unreadable } = await read(`a,b\n${"x".repeat(3000)}\n`);
    expect(unreadable).toMatchObject([{ content: "x".repeat(1000) }]);
  });

  it("opens a quote that is never closed: the rest of the file", async () => {
    const { records, unreadable } = await read('a,b\n1,2\n3,"4\n5,6\n7,8\n');
    expect(records).toHaveLength(1);
    expect(unreadable).toEqual([
      {
        kind: "not_csv",
        reason: "opens a quote in cell 2 that is never closed; it goes over 3 lines: is a quote missing?",
        number: 3,
        offset: 8,
        content: '3,"4\n5,6\n7,8\n',
      },
    ]);
  });

  it("opens a quote that is never closed, and is too long for one row", async () => {
    const { unreadable } = await read(`a,b\n1,2\n3,"4\n${"5,6\n".repeat(10)}`, { maxRecordBytes: 20 });
    expect(unreadable).toMatchObject([
      {
        kind: "too_long",
        reason:
          "has 45 bytes, more than 20, and opens a quote that is never closed; it goes over 11 lines: is a quote missing?",
      },
    ]);
  });
});

describe("a header that can't be", () => {
  const advice = "Mend it, or take it away and name the columns with --columns a,b,c.";

  it.each([
    ["names twice", "a,b,a\n1,2,3\n", `the header on line 1 names two columns 'a'. ${advice}`],
    ["no name", "\na,,b\n1,2,3\n", `the header on line 2 has no name for column 2. ${advice}`],
    ["a delimiter too many", "a,b,\n", `the header on line 1 has no name for column 3. ${advice}`],
    ["bad quotes", '"a"b,c\n', `the header on line 1 has text behind the closing quote of cell 1. ${advice}`],
    [
      "an open quote",
      'a,"b\n1,2\n',
      `the header on line 1 opens a quote in cell 2 that is never closed. ${advice}`,
    ],
    ["no UTF-8", Buffer.from([0xff, 0x0a]), `the header on line 1 is not UTF-8. ${advice}`],
    ["too long", `${"x".repeat(200)}\n`, `the header on line 1 has 200 bytes, more than 100. ${advice}`],
    ["lines that end in CR", "a,b\r1,2\r", "its lines end in CR alone. Make them end in LF: tr '\\r' '\\n'."],
  ])("%s", async (_, text, message) => {
    const error = new UnreadableFileError("memory.csv", message);
    await expect(read(text, { maxRecordBytes: 100 })).rejects.toEqual(error);
  });

  it.each([
    [["a", "a"], "--columns names two columns 'a'. Give each column a name of its own."],
    [["a", ""], "--columns has no name for column 2. Give each column a name of its own."],
    [[], "--columns has no column. Give each column a name of its own."],
  ])("given as an option: %j", async (columns, message) => {
    await expect(read("1,2\n", { columns })).rejects.toThrow(message);
  });
});
