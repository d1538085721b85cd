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

test("holds 100,000 rows and forgets them when they are taken", () => {
  const rows = new PartitionRows();
  const texts = Array.from({ length: 100_000 }, (_, i) => `{"id":${i}}`);
  for (let round = 0; round < 2; round++) {
    addAll(rows, texts);
    addAll(rows, texts.slice(5, 500));
    expect(rows.size).toBeGreaterThan(800_000);
    expect(textsOf(take(rows))).toEqual(texts);
    expect(rows.size).toBe(0);
    expect(rows.take()).toBeUndefined();
  }
});
