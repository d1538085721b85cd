// The hash of records: equal for equal ones, however they are written, and hardly ever for others.
import fc from "fast-check";
import { viewOf } from "../../storage";
import { RecordHasher } from "../../storage/json/record_hash";
import { choices, meaning, spell, tree } from "../json_texts";

const hasher = new RecordHasher();

/** The hash of a text in the middle of others, with which a number could go on. */
function hashOf(text: string): number {
  const [before, behind] = ["9.", "1e5"];
  const bytes = Buffer.from(before + text + behind);
  return hasher.hash({ bytes, view: viewOf(bytes) }, before.length, bytes.length - behind.length);
}

it("is the same for one value, however it is spelled", () => {
  const record = tree.map((value) => ({
    kind: "object" as const,
    members: [
      ["a", value],
      ["b", value],
    ] as [string, typeof value][],
  }));
  fc.assert(
    fc.property(fc.oneof(tree, record), choices, choices, (tree, one, other) => {
      expect(hashOf(spell(tree, one))).toBe(hashOf(spell(tree, other)));
    }),
    { numRuns: 3000 },
  );
});

it("of numbers is the same exactly when they are equal", () => {
  const number = fc.stringMatching(/^-?(0|[15][015]{0,17})(\.[015]{1,17})?([eE][+-]?[012]{1,2})?$/);
  let equal = 0;
  fc.assert(
    fc.property(number, number, (a, b) => {
      const isEqual = meaning(a) === meaning(b);
      if (isEqual) equal++;
      expect(hashOf(`{"n":${a}}`) === hashOf(`{"n":${b}}`)).toBe(isEqual);
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(number, fc.nat(20), (text, zeros) => {
      const [, mantissa, scale] = /^([^eE]*)(.*)$/.exec(text)!;
      const longer = `${mantissa.includes(".") ? mantissa : `${mantissa}.`}${"0".repeat(zeros + 1)}${scale}`;
      expect(hashOf(`{"n":${longer}}`)).toBe(hashOf(`{"n":${text}}`));
    }),
    { numRuns: 2000 },
  );
  expect(equal).toBeGreaterThan(10);
});

it.each([
  ['{"a":1,"b":2}', '{"a":2,"b":1}'],
  ['{"a":1}', '{"a":-1}'],
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":1}', '{"a":[1]}'],
  ['{"a":true}', '{"a":false}'],
  ['{"a":null}', "{}"],
  ['{"a":null}', '{"a":"null"}'],
  ['{"a":1}', '{"A":1}'],
  ['{"a":1,"b":1}', '{"a":1,"c":1}'],
  ['{"a":"x","b":"y"}', '{"a":"y","b":"x"}'],
  ['{"a":{"b":1}}', '{"a":{"b":2}}'],
  ['{"id":1234567890123456788}', '{"id":1234567890123456789}'],
  ['{"id":1e400}', '{"id":2}'],
])("tells %s from %s", (a, b) => {
  expect(hashOf(a)).not.toBe(hashOf(b));
});

it("of an object with more members than are compared, or one of them twice, is that of its meaning", () => {
  const members = Array.from({ length: 100 }, (_, i) => `"k${i}":${i}.0`);
  expect(hashOf(`{${members.join(",")}}`)).toBe(
    hashOf(`{${members.toReversed().join(",").replaceAll(".0", "")}}`),
  );
  expect(hashOf(`{"a":5,${members.join(",")},"a":1}`)).toBe(hashOf(`{"a":1.0,${members.join(",")}}`));
  expect(hashOf('{"a":5,"b":2,"a":1}')).toBe(hashOf('{"a":1,"b":2}'));
});

it("is that of a hasher that has seen no records before", () => {
  const name = fc.constantFrom(
    "sepal_length",
    "sepal_lengths",
    "sepal_l\\u0065ngth",
    "petal_length",
    "length",
    "wide\u00e9",
    "id",
  );
  const record = fc.array(fc.tuple(name, fc.nat(9)), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (records) => {
      const used = new RecordHasher();
      for (const members of records) {
        const bytes = Buffer.from(`{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`);
        const fresh = new RecordHasher();
        const source = { bytes, view: viewOf(bytes) };
        expect(used.hash(source, 0, bytes.length)).toBe(fresh.hash(source, 0, bytes.length));
      }
    }),
  );
});

it("is an integer from 0 to 2^53 - 1", () => {
  fc.assert(
    fc.property(tree, choices, (tree, choices) => {
      const hash = hashOf(spell(tree, choices));
      expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

describe.each([
  ["whole numbers", (i: number) => `{"id":${i}}`],
  ["ids of 19 digits", (i: number) => `{"id":${1_000_000_000_000_000_000n + BigInt(i)}}`],
  ["texts", (i: number) => `{"id":"user-${i}"}`],
  ["decimals", (i: number) => `{"a":${(i % 71) / 10},"b":${Math.floor(i / 71) / 100},"c":1}`],
  [
    "fields that repeat each other",
    (i: number) => `{"a":${i % 331},"b":${Math.floor(i / 331)},"c":${i % 331}}`,
  ],
])("of %s", (_, textOf) => {
  const hashes = Array.from({ length: 100_000 }, (_, i) => hashOf(textOf(i)));

  it("is hardly ever the same for two", () => {
    expect(new Set(hashes).size).toBeGreaterThan(hashes.length - 5);
  });

  it("spreads them over partitions and slots", () => {
    const partitions = new Array<number>(64).fill(0);
    const slots = new Array<number>(64).fill(0);
    for (const hash of hashes) {
      partitions[Math.floor(hash / 2 ** 32) % 64]++;
      slots[hash % 64]++;
    }
    for (const counts of [partitions, slots]) {
      expect(Math.min(...counts)).toBeGreaterThan(1300);
      expect(Math.max(...counts)).toBeLessThan(1850);
    }
  });
});
