// Lines read quickly: what the JsonCompactor makes of each line alone, or nothing, whatever lines came before it.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { JsonCompactor } from "../../storage/json/compact";
import { QuickLines, ROOM } from "../../storage/json/quick_lines";
import { choices, spell, spread, tree } from "../json_texts";

const LF = 0x0a;
const BEFORE = "#####";
const MARGIN = 8;
const slow = new JsonCompactor();
const quick = new QuickLines();

/** What the slow twin makes of a line; undefined for one that is blank or no JSON. */
function compacted(line: Buffer): string | undefined {
  const out = Buffer.alloc(line.length);
  const end = slow.compact(line, 0, line.length, out, 0);
  return end < 0 ? undefined : out.toString("utf8", 0, end);
}

/** Reads lines as a batch does, the slow twin in between; returns of each line whether it was read quickly. */
function readAll(lines: readonly Buffer[]): boolean[] {
  // The bytes before and behind would go on with any token.
  const source = Buffer.concat([
    Buffer.from(BEFORE),
    ...lines.flatMap((line) => [line, Buffer.from([LF])]),
    Buffer.from('1"]}'),
  ]);
  const out = Buffer.alloc(source.length + ROOM + MARGIN);
  let from = BEFORE.length;
  let at = 0;
  quick.setSource(source);
  quick.setOutput(out);
  return lines.map((line) => {
    const expected = compacted(line);
    const room = at + line.length + ROOM;
    out.fill("#", at, room + MARGIN);
    const end = quick.compact(from, at);
    if (end >= 0) {
      expect(out.toString("utf8", at, end)).toBe(expected);
      expect(quick.lineEnd).toBe(from + line.length);
      expect(out.toString("latin1", room, room + MARGIN)).toBe("#".repeat(MARGIN));
      at = end;
    } else if (expected !== undefined) {
      at += out.write(expected, at);
    }
    from += line.length + 1;
    return end >= 0;
  });
}

/** A text without the white space that would end its line. */
const inLine = (text: string): string => text.replaceAll("\n", " ");

/** Lines of JSON in every spelling. */
const anyText = fc
  .tuple(tree, choices)
  .map(([tree, choices]) => inLine(spread(spell(tree, choices), choices)));

/** Lines as files have them: objects of the same few fields, spelled alike but for a change now and then. */
const name = fc.constantFrom(
  "a",
  "ab",
  "abc",
  "size",
  "petal_length",
  "größe",
  "a_name_that_is_longer_than_words",
  "",
);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom("1", "-0", "5.1", "0.25", "1e5", "1E-7", "true", "null", "[]", "{}", '[1, {"a": 2}]'),
  fc.string({ unit: "binary", maxLength: 30 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"é€😀"', '"\\u00e9\\n"', '"\u007f"', `"${"long ".repeat(200)}"`),
);
const style = fc.constantFrom(
  ['{"', '":', ',"', "}"],
  ['{"', '": ', ', "', "}"],
  ['{ "', '" : ', ' , "', " }\r"],
);
const records = fc
  .record({ names: fc.array(name, { minLength: 1, maxLength: 5 }), style, count: fc.nat(6) })
  .chain(({ names, style: [open, colon, comma, close], count }) => {
    const record = fc
      .tuple(...names.map(() => value))
      .map((values) => open + values.map((value, i) => `${names[i]}${colon}${value}`).join(comma) + close);
    return fc.array(record, { minLength: 1, maxLength: count + 1 });
  });

/** Bytes that break lines, or nearly do. */
const byte = fc.constantFrom(...Buffer.from('{}[]:,"\\ \t\r0123456789+-.eEutrfalsn\u0000\u001f\u007f'));
const edit = fc.record({
  line: fc.nat(),
  kind: fc.constantFrom("delete", "insert", "replace"),
  at: fc.nat(),
  byte,
});

function edited(
  texts: readonly string[],
  edits: readonly { line: number; kind: string; at: number; byte: number }[],
) {
  const lines = texts.map((text) => [...Buffer.from(text)]);
  for (const { line, kind, at, byte } of edits) {
    const bytes = lines[line % lines.length];
    bytes.splice(at % (bytes.length + 1), kind === "insert" ? 0 : 1, ...(kind === "delete" ? [] : [byte]));
  }
  return lines.map((bytes) => Buffer.from(bytes));
}

test("texts in any spelling, one after the other", () => {
  let taken = 0;
  let all = 0;
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 6 }), (texts) => {
      const quickly = readAll(texts.map((text) => Buffer.from(text)));
      taken += quickly.filter(Boolean).length;
      all += texts.length;
    }),
    { numRuns: 1000 },
  );
  // All but numbers with very long exponents, of which these texts are full.
  expect(taken).toBeGreaterThan(all / 2);
});

test("records of the same fields are all taken", () => {
  fc.assert(
    fc.property(fc.array(records, { minLength: 1, maxLength: 3 }), (files) => {
      const lines = files.flat().map((text) => Buffer.from(text));
      expect(readAll(lines)).toEqual(lines.map(() => true));
    }),
    { numRuns: 1000 },
  );
});

test("lines that are almost JSON are refused as the slow twin refuses them", () => {
  let taken = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        records,
        fc.array(records, { minLength: 2, maxLength: 2 }).map((files) => files.flat()),
        fc.array(anyText, { minLength: 1, maxLength: 4 }),
      ),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      (texts, edits) => {
        const lines = edited(texts, edits);
        fc.pre(isUtf8(Buffer.concat(lines)));
        for (const quickly of readAll(lines)) {
          if (quickly) taken++;
          else refused++;
        }
      },
    ),
    { numRuns: 3000 },
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(1000);
});

test("every short text of JSON's own characters is taken or refused as by the slow twin", () => {
  const alphabet = [...'[]{},:"\\u0-1.e+ tn\u0000'];
  let texts = [""];
  for (let length = 1; length <= 3; length++) {
    texts = texts.flatMap((text) => alphabet.map((character) => text + character));
    const lines = texts.map((text) => Buffer.from(text));
    expect(readAll(lines)).toEqual(lines.map((line) => compacted(line) !== undefined));
  }
});

test("a text that may be overwritten is not taken from again", () => {
  const lines = ['{ "a": 1}', '{ "b": 1}', '{ "a": 2}'].map((text) => Buffer.from(`${text}\n`));
  const out = Buffer.alloc(100);
  quick.setSource(Buffer.concat(lines));
  quick.setOutput(out);
  expect(out.toString("utf8", 0, quick.compact(0, 0))).toBe('{"a":1}');
  out.fill("#");
  quick.setOutput(out);
  expect(out.toString("utf8", 0, quick.compact(20, 0))).toBe('{"a":2}');
});

test.each([
  ["nested deeply", "[".repeat(100) + "]".repeat(100)],
  ["an exponent of 16 digits", "1e0000000000000001"],
])("what is %s is left to the slow twin", (_, text) => {
  expect(readAll([Buffer.from(text)])).toEqual([false]);
  expect(compacted(Buffer.from(text))).toBe(text);
});
