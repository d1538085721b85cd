// The distinct rows of a partition before the shuffle, against a plain reference.
import fc from "fast-check";
import { decodeKeyedBlock, type KeyedBlock } from "../../../transforms/blocks/keyed_block";
import { PartitionRows } from "../../../transforms/distinct/partition_rows";
import { recordHash } from "../../../transforms/distinct/record_order";
import { block, expectWhole, HASHES, smallestTexts, text } from "./blocks";

function addAll(rows: PartitionRows, texts: string[], hashOf = recordHash): void {
  const input = block(texts);
  texts.forEach((_, i) => rows.add(input, i, hashOf(input.records, i)));
}

const take = (rows: PartitionRows): KeyedBlock | undefined => {
  const bytes = rows.take();
  return bytes && decodeKeyedBlock(bytes);
};
const textsOf = (taken: KeyedBlock | undefined): string[] => taken?.rows.records.texts() ?? [];

test.each(HASHES)("keeps the smallest text of each set of equal records, with %s", (_, hashOf) => {
  const rows = new PartitionRows();
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
      addAll(rows, texts, hashOf);
      addAll(rows, texts, hashOf);
      const taken = take(rows);
      expect(textsOf(taken).sort()).toEqual(smallestTexts(texts));
      if (taken !== undefined) {
        expectWhole(taken.rows, texts);
        expect([...taken.hashes]).toEqual([...taken.hashes.keys()].map((i) => hashOf(taken.rows.records, i)));
      }
    }),
  );
});

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `{"id":${from + i}}`);

test("holds 100,000 rows and forgets them when they are taken", () => {
  const rows = new PartitionRows();
  const texts = numbered(0, 100_000);
  for (let round = 0; round < 2; round++) {
    addAll(rows, texts);
    addAll(rows, texts.slice(5, 5000));
    expect(rows.size).toBeGreaterThan(800_000);
    expect(textsOf(take(rows))).toEqual(texts);
    expect(rows.size).toBe(0);
    expect(rows.take()).toBeUndefined();
  }
});

test("behind a fill in which hardly any are equal some fills are taken as they come, then one is looked through again", () => {
  const rows = new PartitionRows();
  const twice = (): number => {
    const texts = numbered(0, 300);
    addAll(rows, texts);
    addAll(rows, texts);
    const { rows: taken, hashes } = take(rows)!;
    expectWhole(taken, texts);
    expect([...hashes]).toEqual([...hashes.keys()].map((i) => recordHash(taken.records, i)));
    return taken.records.length;
  };
  // Too few to tell anything, and enough of equal ones.
  addAll(rows, numbered(0, 10));
  take(rows);
  expect(twice()).toBe(300);
  expect(twice()).toBe(300);
  addAll(rows, numbered(0, 300));
  take(rows);
  const sizes = Array.from({ length: 17 }, twice);
  expect(sizes).toEqual([...new Array<number>(15).fill(600), 300, 300]);
});
