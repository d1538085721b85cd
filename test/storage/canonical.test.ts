// The canonical form: two texts have the same one exactly when a slow and plain reference says that they are equal.
import fc from "fast-check";
import { Canonicalizer } from "../../storage/json/canonical";
import { choices, meaning, spell, tree } from "../json_texts";

const canonicalizer = new Canonicalizer();

function canonical(text: string): string {
  // The neighbours would go on with a number.
  const [before, behind] = ["9.", "1e5"];
  const source = Buffer.from(before + text + behind);
  const size = canonicalizer.canonicalize(source, before.length, source.length - behind.length);
  return canonicalizer.bytes.toString("utf8", 0, size);
}

/** Checks a pair against the reference; says whether the two are equal. */
function agrees(a: string, b: string): boolean {
  const equal = meaning(a) === meaning(b);
  expect(canonical(a) === canonical(b)).toBe(equal);
  return equal;
}

/** Checks pairs of texts against the reference, and that there are many of both kinds. */
function expectAgreement(texts: fc.Arbitrary<[string, string]>, numRuns: number): void {
  const seen = { equal: 0, different: 0 };
  fc.assert(
    fc.property(texts, ([a, b]) => {
      seen[agrees(a, b) ? "equal" : "different"]++;
    }),
    { numRuns },
  );
  expect(Math.min(seen.equal, seen.different)).toBeGreaterThan(numRuns / 100);
}

describe("two texts have the same form exactly when they are equal", () => {
  it("whatever they hold", () => {
    const text = fc.tuple(tree, choices).map(([tree, choices]) => spell(tree, choices));
    expectAgreement(fc.tuple(text, text), 1500);
  });

  it("numbers", () => {
    const text = fc.stringMatching(/^-?(0|[15][015]{0,2})(\.[015]{1,2})?([eE][+-]?[012]{1,2})?$/);
    expectAgreement(fc.tuple(text, text), 3000);
  });

  it("objects of few names and values, some of them twice", () => {
    const member = fc
      .tuple(fc.constantFrom('"a"', '"\\u0061"', '"b"', '"ab"', '""'), fc.constantFrom("1", "1.0", "2", "{}"))
      .map(([key, value]) => `${key}:${value}`);
    const text = fc.array(member, { maxLength: 4 }).map((members) => `{${members.join(",")}}`);
    expectAgreement(fc.tuple(text, text), 3000);
  });
});

it("one value has one form, however it is spelled", () => {
  fc.assert(
    fc.property(tree, choices, choices, (tree, one, other) => {
      expect(agrees(spell(tree, one), spell(tree, other))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

it("the form is JSON that means the same, and is its own form", () => {
  fc.assert(
    fc.property(tree, choices, (tree, choices) => {
      const text = spell(tree, choices);
      const form = canonical(text);
      expect(meaning(form)).toBe(meaning(text));
      expect(canonical(form)).toBe(form);
    }),
    { numRuns: 1000 },
  );
});

describe("equal", () => {
  it.each([
    ["five", ["5", "5.0", "50e-1", "0.5e1", "5E0", "5e+00", "0.0005e4", "500.00e-2"]],
    ["zero", ["0", "-0", "0e99", "0.000", "-0.0E-99999999999999999999"]],
    ["a huge power", ["1e400", "10e399", "0.1e401", "1.000e+0400"]],
    ["a tiny power", ["1e-400", "0.01e-398", "100E-402"]],
    ["the largest power", ["1e999999999999999", "10e999999999999998"]],
    ["an id of 19 digits", ["1234567890123456789", "1234567890123456789.0", "1.234567890123456789e18"]],
    ["a letter", ['"A"', '"\\u0041"']],
    ["a slash", ['"/"', '"\\/"', '"\\u002f"', '"\\u002F"']],
    ["controls", ['"\\n\\b"', '"\\u000a\\u0008"', '"\\u000A\\b"']],
    ["an emoji", ['"😀"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"']],
    ["half an emoji", ['"\\ud83d"', '"\\uD83D"']],
    ["a name", ['{"é":1}', '{"\\u00e9":1.0}']],
    ["an order", ['{"a":1,"b":[{"c":1,"d":2}]}', '{"b":[{"d":2,"c":1}],"a":1}']],
    ["the last of a name", ['{"a":1}', '{"a":2,"a":1}', '{"a":{"b":1},"\\u0061":1.0}']],
    ["special names", ['{"__proto__":1,"2":2,"10":3}', '{"10":3,"__proto__":1,"2":2}']],
  ])("%s", (_, texts) => {
    const forms = new Set(texts.map(canonical));
    expect([...forms]).toHaveLength(1);
    expect(new Set(texts.map(meaning)).size).toBe(1);
  });
});

describe("different", () => {
  it.each([
    ["ids whose last digit differs", ["1234567890123456788", "1234567890123456789", "1234567890123456789.1"]],
    ["numbers past a double", ["1e400", "1e401", "-1e400"]],
    ["numbers below a double", ["0", "1e-400", "1e-401"]],
    ["signs", ["5", "-5"]],
    ["types", ["1", '"1"', "true", "null", "[1]", "{}", "[]", '""', "false", '"true"']],
    ["cases", ['"a"', '"A"']],
    ["halves of an emoji", ['"\\ud83d"', '"\\ude00"', '"\ufffd"', '"\\ud83d\\ude00"', '"\\ude00\\ud83d"']],
    ["ways to write one letter", ['"é"', '"e\u0301"']],
    ["orders of items", ["[1,2]", "[2,1]", "[[1],2]", "[1,[2]]", "[12]"]],
    ["names and values swapped", ['{"a":"b"}', '{"b":"a"}', '{"a":"b","b":"a"}']],
    ["the last of a name", ['{"a":1,"a":2}', '{"a":2,"a":1}']],
    ["null and nothing", ['{"a":null}', "{}"]],
  ])("%s", (_, texts) => {
    expect(new Set(texts.map(canonical)).size).toBe(texts.length);
    expect(new Set(texts.map(meaning)).size).toBe(texts.length);
  });
});

it("the form of a number is its digits and a power of ten", () => {
  const forms = ["120", "1.2e2", "-0.50", "7", "1e-3", "-0"].map(canonical);
  expect(forms).toEqual(["12e1", "12e1", "-5e-1", "7", "1e-3", "0"]);
});

it.each(["5", "e5", "E5", ".5", "0"])("a number ends where its span ends, though %s follows", (behind) => {
  const size = canonicalizer.canonicalize(Buffer.from(`12${behind}`), 0, 2);
  expect(canonicalizer.bytes.toString("latin1", 0, size)).toBe("12");
});

it("a long text after a short one, and a short one after a long one, have room", () => {
  const long = `{${Array.from({ length: 5000 }, (_, i) => `"k${5000 - i}":[1.5,20,{"b":0.1,"a":-1.5}]`).join(",")}}`;
  expect(canonical("1.50")).toBe("15e-1");
  expect(meaning(canonical(long))).toBe(meaning(long));
  expect(canonical("[20]")).toBe("[2e1]");
});

it("numbers that grow fill no more room than there is", () => {
  const text = `[${"1.5,20,".repeat(10_000)}0.5]`;
  expect(canonical(text)).toBe(`[${"15e-1,2e1,".repeat(10_000)}5e-1]`);
});
