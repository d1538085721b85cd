// The rows of partitions before the shuffle, against a plain reference.
import fc from "fast-check";
import { decodeKeyedBlock, type KeyedBlock } from "../../../transforms/blocks/keyed_block";
import { recordHash } from "../../../transforms/distinct/record_order";
import { WaitingRows, type Sent } from "../../../transforms/distinct/waiting_rows";
import { block, expectWhole, HASHES, smallestTexts, text } from "./blocks";

/** Adds texts, and returns what was to be sent at once. */
function addAll(rows: WaitingRows, texts: string[], hashOf = recordHash): Sent[] {
  const input = block(texts);
  const hashes = Float64Array.from(texts, (_, i) => hashOf(input.records, i));
  return rows.add(input, hashes);
}

const decode = (sent: readonly Sent[]): KeyedBlock[] => sent.map(({ bytes }) => decodeKeyedBlock(bytes));
const textsOf = (sent: readonly Sent[]): string[] => decode(sent).flatMap(({ rows }) => rows.records.texts());
const partitionOf = (hash: number, partitions: number): number => Math.trunc(hash / 2 ** 32) % partitions;

test.each(HASHES)("keeps the smallest text of each set of equal records, with %s", (_, hashOf) => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (texts, partitions) => {
      const rows = new WaitingRows(partitions);
      for (let round = 0; round < 2; round++) {
        expect(addAll(rows, texts, hashOf)).toEqual([]);
        addAll(rows, texts, hashOf);
        const sent = [...rows.takeRest()];
        expect(textsOf(sent).sort()).toEqual(smallestTexts(texts));
        for (const [i, { rows: taken, hashes }] of decode(sent).entries()) {
          expectWhole(taken, texts);
          for (const [k, hash] of hashes.entries()) {
            expect(hash).toBe(hashOf(taken.records, k));
            expect(partitionOf(hash, partitions)).toBe(sent[i].partition);
          }
        }
        expect([...rows.takeRest()]).toEqual([]);
      }
    }),
  );
});

const numbered = (from: number, to: number, size = 1): string[] =>
  Array.from({ length: to - from }, (_, i) => `{"id":${from + i},"text":"${"x".repeat(size)}"}`);

test("sends 6,000 rows by portions, each once", () => {
  const rows = new WaitingRows(3);
  const texts = numbered(0, 6000, 700);
  for (let round = 0; round < 2; round++) {
    const sent = addAll(rows, texts);
    expect(sent.length).toBeGreaterThan(10);
    for (const { bytes } of sent) expect(bytes.length).toBeLessThan(1 << 19);
    sent.push(...rows.takeRest());
    expect(textsOf(sent).sort()).toEqual(texts.toSorted());
    for (const { rows: taken } of decode(sent)) expectWhole(taken, texts);
  }
});

test("sends rows of every size, those alone that are large", () => {
  const rows = new WaitingRows(2);
  const sizes = [0, 500, 520, 5000, 16_000, 17_000, 300_000];
  const texts = sizes.flatMap((size, i) => numbered(100 * i, 100 * i + 30, size));
  const sent = addAll(rows, texts);
  const alone = decode(sent).filter(
    ({ rows: taken }) => taken.records.bytes.length >= 17_000 && taken.records.length === 1,
  );
  expect(alone).toHaveLength(60);
  sent.push(...rows.takeRest());
  expect(textsOf(sent).sort()).toEqual(texts.toSorted());
  for (const { rows: taken } of decode(sent)) expectWhole(taken, texts);
});

test("behind a fill in which hardly any are equal some fills are taken as they come, then one is looked through again", () => {
  const rows = new WaitingRows(1);
  const twice = (): number => {
    const texts = numbered(0, 300);
    addAll(rows, texts);
    addAll(rows, texts);
    const [{ rows: taken, hashes }] = decode([...rows.takeRest()]);
    expectWhole(taken, texts);
    expect([...hashes]).toEqual([...hashes.keys()].map((i) => recordHash(taken.records, i)));
    return taken.records.length;
  };
  // Too few to tell anything, and enough of equal ones.
  addAll(rows, numbered(0, 10));
  expect(textsOf([...rows.takeRest()])).toHaveLength(10);
  expect(twice()).toBe(300);
  expect(twice()).toBe(300);
  addAll(rows, numbered(0, 300));
  expect(textsOf([...rows.takeRest()])).toHaveLength(300);
  const sizes = Array.from({ length: 17 }, twice);
  expect(sizes).toEqual([...new Array<number>(15).fill(600), 300, 300]);
});

test("of a fill whose first rows are all different the rest is taken as it comes, of one with equal rows none is", () => {
  const sizeOf = (texts: string[]): number => {
    const rows = new WaitingRows(1);
    addAll(rows, texts);
    addAll(rows, texts);
    const taken = decode([...rows.takeRest()]).map(({ rows: { records } }) => records.length);
    return taken.reduce((sum, length) => sum + length, 0);
  };
  expect(sizeOf(numbered(0, 511))).toBe(511);
  expect(sizeOf(numbered(0, 512))).toBe(1024);
  expect(sizeOf([...numbered(0, 100), ...numbered(0, 100), ...numbered(0, 700)])).toBe(700);
});

test("what a smaller text has replaced does not stay in a fill that is then taken as it comes", () => {
  const rows = new WaitingRows(1);
  const texts = numbered(0, 600);
  addAll(rows, [`{"id":1}`, `{"id":1.0}`, ...texts]);
  expect(textsOf([...rows.takeRest()]).sort()).toEqual([`{"id":1.0}`, ...texts].sort());
});
