// The JSON reader: it takes what JSON.parse takes and refuses what JSON.parse refuses, and keeps every token as it is.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { BLANK, JsonCompactor, MAX_DEPTH, MAX_EXPONENT_DIGITS, NOT_JSON } from "../../storage/json/compact";
import { choices, spell, spread, tokensOf, tree } from "../json_texts";

interface Refusal {
  reason: string;
  /** Counted from the beginning of the span. */
  position: number;
}

const MARGIN = 5;
const compactor = new JsonCompactor();

/** Compacts a span in the middle of other bytes, and checks that it writes only where it may; "blank" when blank. */
function compact(text: string | Buffer): string | Refusal {
  const bytes = Buffer.from(text as string);
  // The neighbours would go on with a number, a string or white space.
  const source = Buffer.concat([Buffer.from("9 9\\1"), bytes, Buffer.from('1"]}\n')]);
  const out = Buffer.alloc(bytes.length + 2 * MARGIN, "#");
  const end = compactor.compact(source, MARGIN, MARGIN + bytes.length, out, MARGIN);
  const margins = out.toString("latin1", 0, MARGIN) + out.toString("latin1", MARGIN + bytes.length);
  expect(margins).toBe("#".repeat(2 * MARGIN));
  if (end === BLANK) return "blank";
  if (end === NOT_JSON) return { reason: compactor.reason, position: compactor.position - MARGIN };
  return out.toString("utf8", MARGIN, end);
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

describe("white space", () => {
  it("goes from between the tokens, which stay as they are", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), choices, (text, choices) => {
        const spaced = spread(text, choices);
        const result = compact(spaced);
        expect(result).toBe(tokensOf(text).join(""));
        expect(JSON.parse(result as string)).toEqual(JSON.parse(spaced));
      }),
      { numRuns: 500 },
    );
  });

  it("goes from whatever way a value is spelled", () => {
    fc.assert(
      fc.property(tree, choices, (tree, choices) => {
        const text = spell(tree, choices);
        expect(compact(spread(text, choices))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["5.0", "5.0"],
    [" -0.0E+00 ", "-0.0E+00"],
    ['{ "b" : 1 , "a" : [ ] , "b" : { } }', '{"b":1,"a":[],"b":{}}'],
    ['[ "a  b" , "\\u0041\\/\\ud800" ]', '["a  b","\\u0041\\/\\ud800"]'],
    ["[12345678901234567890, 1e999]", "[12345678901234567890,1e999]"],
    ["\r\n\tnull\r\n\t", "null"],
  ])("makes of %j %j", (text, expected) => {
    expect(compact(text)).toBe(expected);
  });

  it.each(["", " ", "\t\r\n  "])("alone is blank: %j", (text) => {
    expect(compact(text)).toBe("blank");
  });
});

/** Whether a text that is JSON has a number whose exponent is longer than ours may be, zeros before it not counted. */
function hasLongExponent(text: string): boolean {
  return tokensOf(text).some((token) => {
    const [, exponent = ""] = /^-?\d[^eE]*[eE][+-]?0*(\d*)$/.exec(token) ?? [];
    return exponent.length > MAX_EXPONENT_DIGITS;
  });
}

describe("what is JSON", () => {
  const bit = fc.oneof(
    fc.constantFrom(...Buffer.from('{}[]:,"\\ \t\r\n0123456789+-.eEutrfalsn/b\u0000\u001f\u007f')),
    fc.nat(255),
  );
  const edit = fc.record({ kind: fc.constantFrom("delete", "insert", "replace"), at: fc.nat(), byte: bit });
  const text = fc.oneof(
    fc.json({ stringUnit: "binary", maxDepth: 3 }),
    fc.tuple(tree, choices).map(([tree, choices]) => spread(spell(tree, choices), choices)),
  );

  it("is what JSON.parse takes, for texts that are almost JSON", () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(text, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const bytes = [...Buffer.from(text)];
        for (const { kind, at, byte } of edits) {
          const added = kind === "delete" ? [] : [byte];
          bytes.splice(at % (bytes.length + 1), kind === "insert" ? 0 : 1, ...added);
        }
        const mutated = Buffer.from(bytes);
        fc.pre(isUtf8(mutated));
        const theirs = parsed(mutated.toString());
        const ours = compact(mutated);
        if (theirs && hasLongExponent(mutated.toString())) {
          expect(ours).toMatchObject({
            reason: expect.stringMatching(/^has an exponent of \d+ digits$/) as string,
          });
        } else if (theirs) {
          expect(JSON.parse(ours as string)).toEqual(theirs.value);
          accepted++;
        } else {
          if (typeof ours === "string") expect([ours, mutated.toString().trim()]).toEqual(["blank", ""]);
          else expect(ours.position).toBeLessThanOrEqual(mutated.length);
          refused++;
        }
      }),
      // The example: a point that becomes an E makes an exponent of a fraction, which JSON.parse takes and we do not.
      { numRuns: 3000, examples: [["[0.1234567890123456]", [{ kind: "replace", at: 2, byte: 0x45 }]]] },
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(300);
  });

  it("is the same for every short text of JSON's own characters", () => {
    const alphabet = [...'[]{},:"\\u0-1.e+ tn\u0000'];
    let texts = [""];
    for (let length = 1; length <= 3; length++) {
      texts = texts.flatMap((text) => alphabet.map((character) => text + character));
      const different = texts.filter((text) => {
        const ours = compact(text);
        return (parsed(text) !== undefined) !== (typeof ours === "string" && ours !== "blank");
      });
      expect(different).toEqual([]);
    }
  });

  it.each(["\ufeff1", "\u00a01", "1\u0000", "\u2028", "/**/1", "NaN", "Infinity", "'a'", "{a:1}"])(
    "is not %j",
    (text) => {
      expect(parsed(text)).toBeUndefined();
      expect(compact(text)).toHaveProperty("reason");
    },
  );
});

describe("a refusal says why and where", () => {
  it.each([
    ['{"a":1,}', "has an unexpected '}'", 7],
    ['{"a" 1}', "has an unexpected '1'", 5],
    ["{a:1}", "has an unexpected 'a'", 1],
    ["[1 2]", "has an unexpected '2'", 3],
    ["[1}", "has an unexpected '}'", 2],
    ["[,1]", "has an unexpected ','", 1],
    ["1 2", "has an unexpected '2'", 2],
    ["01", "has an unexpected '1'", 1],
    ["-", "ends too early", 1],
    ["1.", "ends too early", 2],
    ["1.e5", "has an unexpected 'e'", 2],
    ["1e+", "ends too early", 3],
    ["+1", "has an unexpected '+'", 0],
    ["tru", "ends too early", 3],
    ["trux", "has an unexpected 'x'", 3],
    ['"abc', "ends too early", 4],
    ['"abc\\', "ends too early", 5],
    ['"a\tb"', "has an unexpected byte 0x09", 2],
    ['"\\x"', "has an unexpected 'x'", 2],
    ['"\\u12g4"', "has an unexpected 'g'", 5],
    ['"\\u12', "ends too early", 5],
    ["[", "ends too early", 1],
    ['{"a"', "ends too early", 4],
    ["\u0000", "has an unexpected byte 0x00", 0],
    ["é", "has an unexpected byte 0xc3", 0],
  ])("%j: %s at byte %i", (text, reason, position) => {
    expect(compact(text)).toEqual({ reason, position });
  });

  it("and the next span is read as if nothing had happened", () => {
    expect(compact("[[[{")).toHaveProperty("reason");
    expect(compact("[1]")).toBe("[1]");
  });
});

describe(`values nested ${MAX_DEPTH} levels deep`, () => {
  const nested = (depth: number, inner: string, open = "[", close = "]"): string =>
    open.repeat(depth) + inner + close.repeat(depth);

  it.each([
    ["arrays", nested(MAX_DEPTH, "1")],
    ["arrays, the last one empty", nested(MAX_DEPTH, "")],
    ["objects", nested(MAX_DEPTH, "1", '{"a":', "}")],
    ["objects and arrays", nested(MAX_DEPTH / 2, "1", '[{"a":', "}]")],
    ["arrays side by side", `[${nested(MAX_DEPTH - 1, "1")},${nested(MAX_DEPTH - 1, "")}]`],
  ])("are read: %s", (_, text) => {
    expect(compact(text)).toBe(text);
  });

  it.each([
    ["arrays", nested(MAX_DEPTH + 1, "1"), MAX_DEPTH],
    ["arrays, the last one empty", nested(MAX_DEPTH + 1, ""), MAX_DEPTH],
    ["objects", nested(MAX_DEPTH, "{}", '{"a":', "}"), 5 * MAX_DEPTH],
    ["a hundred thousand brackets", "[".repeat(100_000), MAX_DEPTH],
  ])("and one more are refused: %s", (_, text, position) => {
    expect(compact(text)).toEqual({ reason: "is nested deeper than 512 levels", position });
  });
});

describe(`an exponent of ${MAX_EXPONENT_DIGITS} digits`, () => {
  const longest = "9".repeat(MAX_EXPONENT_DIGITS);

  it.each([`1e${longest}`, `1e-${longest}`, `1E+000${longest}`])("is taken: %s", (text) => {
    expect(compact(text)).toBe(text);
  });

  it.each([`1e1${longest}`, `1e-1${longest}`])("is the longest: %s is refused", (text) => {
    expect(compact(text)).toMatchObject({ reason: `has an exponent of ${MAX_EXPONENT_DIGITS + 1} digits` });
  });
});
