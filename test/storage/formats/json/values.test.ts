// Reading JSON files that hold values one after the other: an object, objects on several lines each, or one a line.
import { jsonInput } from "../../../../storage/formats/json";
import { MemoryFile } from "../memory_file";
import { BOM, read } from "../reading";

async function told(file: string, cuts?: readonly number[] | number): Promise<[string[], string[]]> {
  const { records, unreadable } = await read(jsonInput, new MemoryFile(Buffer.from(file), cuts));
  const others = unreadable.map(
    ({ number, offset, reason, content }) => `${number}:${offset} ${reason}: ${content}`,
  );
  return [records.map(({ text, number, offset }) => `${number}:${offset} ${text}`), others];
}

describe("values", () => {
  it.each([
    ["one object", '{"a": 1}', ['1:0 {"a":1}'], []],
    ["one object with a byte order mark", `${BOM}\n{\n"a": 1}\n`, ['2:4 {"a":1}'], []],
    ["one number", "12", ["1:0 12"], []],
    ["one string", '"a b"', ['1:0 "a b"'], []],
    [
      "one a line",
      '{"a":1}\n{"b":[2]}\r\n\n3\n"x"',
      ['1:0 {"a":1}', '2:8 {"b":[2]}', "4:20 3", '5:22 "x"'],
      [],
    ],
    [
      "on several lines",
      '{\n  "a": 1\n}\n{\n  "b": [\n    2\n  ]\n}\n',
      ['1:0 {"a":1}', '4:13 {"b":[2]}'],
      [],
    ],
    [
      "without white space between",
      '{"a":1}{"b":2}1[2]"c"',
      ['1:0 {"a":1}', '1:7 {"b":2}', "1:14 1", "1:15 [2]", '1:18 "c"'],
      [],
    ],
    ["on one line", "1 2\t{} null", ["1:0 1", "1:2 2", "1:4 {}", "1:7 null"], []],
    ["arrays behind the first", "{}\n[1]\n[2]", ["1:0 {}", "2:3 [1]", "3:7 [2]"], []],
    ["with commas between", "{},\n{}", ["1:0 {}", "2:4 {}"], ["1:2 has an unexpected ',' at byte 1: ,"]],
    [
      "and a text",
      'name,size\na,1\n{"a":1}',
      ['3:14 {"a":1}'],
      ["1:0 has an unexpected 'a' at byte 2: name,size", "2:10 has an unexpected 'a' at byte 1: a,1"],
    ],
    ["and a comment", "// a b\n1", ["2:7 1"], ["1:0 has an unexpected '/' at byte 1: // a b"]],
    [
      "and a closing bracket too many",
      "{}}\n1",
      ["1:0 {}", "2:4 1"],
      ["1:2 has an unexpected '}' at byte 1: }"],
    ],
    ["and an object that does not end", '{"a":1', [], ['1:0 ends too early at byte 7: {"a":1']],
    ["and a string that does not end", '1 "ab', ["1:0 1"], ['1:2 ends too early at byte 4: "ab']],
    [
      "one of which does not end with its line",
      '{"a":1}\n{"b":1\n{"c":1}\n{"d":1}\n',
      ['1:0 {"a":1}', '3:15 {"c":1}', '4:23 {"d":1}'],
      ['2:8 ends too early at byte 7: {"b":1'],
    ],
    [
      "one of which ends with a comma",
      '{"b":1,\n{"c":1}\n',
      ['2:8 {"c":1}'],
      ['1:0 ends too early at byte 8: {"b":1,'],
    ],
    [
      "one of which ends in a string",
      '{"b":"x\n{"c":1}\n',
      ['2:8 {"c":1}'],
      ['1:0 has an unexpected byte 0x0a at byte 8: {"b":"x\n'],
    ],
    [
      "one of which ends in a list",
      '{"b":[1, 2\n{"c":1}\n',
      ['2:11 {"c":1}'],
      ['1:0 ends too early at byte 11: {"b":[1, 2'],
    ],
    [
      "one of which lacks a comma",
      '{"a" 1}\n{"b":1}',
      ['2:8 {"b":1}'],
      ["1:0 has an unexpected '1' at byte 6: {\"a\" 1}"],
    ],
    [
      "one of which lacks a comma, on several lines",
      '{\n  "a": 1\n  "b": {\n  }\n}\n{\n  "c": 3\n}\n',
      ['6:26 {"c":3}'],
      ['1:0 has an unexpected \'"\' at byte 14: {\n  "a": 1\n  "b": {\n  }\n}'],
    ],
    [
      "one of which lacks its end, on several lines",
      '{\n  "a": {\n    "b": 2\n}\n{\n  "c": 3\n}\n',
      ['5:24 {"c":3}'],
      ['1:0 ends too early at byte 24: {\n  "a": {\n    "b": 2\n}'],
    ],

    [
      "one of which is broken and has braces in other columns",
      '{"a" 1,\n "b": [\n {"x": 1}\n]}\n{"c":2}\n',
      ['5:29 {"c":2}'],
      ['1:0 has an unexpected \'1\' at byte 6: {"a" 1,\n "b": [\n {"x": 1}\n]}'],
    ],
    [
      "one of which has a name without quotes and ends too early",
      '{x:\n{"c":1}\n{"d":2}\n',
      ['2:4 {"c":1}', '3:12 {"d":2}'],
      ["1:0 has an unexpected 'x' at byte 2: {x:"],
    ],
  ])("%s", async (_, file, records, unreadable) => {
    expect(await told(file)).toEqual([records, unreadable]);
    expect(await told(file, 1)).toEqual([records, unreadable]);
    for (let at = 1; at < file.length; at++) expect(await told(file, [at])).toEqual([records, unreadable]);
  });
});
