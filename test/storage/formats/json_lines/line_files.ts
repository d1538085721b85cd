// Random files of JSON lines, and what each holds, said in another way: split, JSON.parse.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { BOM, type Read } from "../reading";

export const MAX_RECORD_BYTES = 12;

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

/** A file of lines of all kinds: blank, unreadable, too long; LF or CRLF, the last one with or without. */
export const lineFile = fc
  .tuple(
    fc.constantFrom("", "", BOM),
    fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n"))),
    fc.oneof(fc.constant(Buffer.alloc(0)), line),
  )
  .map(([mark, lines, last]) =>
    Buffer.concat([Buffer.from(mark), ...lines.flatMap(([line, end]) => [line, Buffer.from(end)]), last]),
  );

export interface Line {
  kind: string;
  number: number;
  offset: number;
  value?: unknown;
}

/** Every line of a file, blank ones too. */
export function linesIn(file: Buffer): Line[] {
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
    const found = { number: i + 1, offset: begins };
    if (bytes.length > MAX_RECORD_BYTES) return { kind: "too_long", ...found };
    if (!isUtf8(bytes)) return { kind: "not_utf8", ...found };
    if (/^[ \t\r]*$/.test(text)) return { kind: "blank", ...found };
    try {
      return { kind: "record", ...found, value: JSON.parse(bytes.toString()) as unknown };
    } catch {
      return { kind: "not_json", ...found };
    }
  });
}

/** What was read, as `linesIn` would tell it: without the blank lines, in the order of the file. */
export function linesOf({ records, unreadable }: Read): Line[] {
  const read = records.map(({ text, number, offset }) => ({
    kind: "record",
    number,
    offset,
    value: JSON.parse(text) as unknown,
  }));
  const others = unreadable.map(({ kind, number, offset }) => ({ kind, number, offset }));
  return [...read, ...others].sort((a, b) => a.offset - b.offset);
}
