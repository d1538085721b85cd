// The distinct rows behind the shuffle, against a plain reference, however they are cut into blocks.
import fc from "fast-check";
import { decodeKeyedBlock, encodeKeyedBlock, type KeyedBlock } from "../../../transforms/blocks/keyed_block";
import { DistinctRows } from "../../../transforms/distinct/distinct_rows";
import { recordHash } from "../../../transforms/distinct/record_order";
import { block, expectWhole, HASHES, smallestTexts, text } from "./blocks";

function keyed(texts: readonly string[], first = 0, hashOf = recordHash): KeyedBlock {
  const rows = block(texts, first);
  const hashes = Float64Array.from(texts, (_, i) => hashOf(rows.records, i));
  return decodeKeyedBlock(encodeKeyedBlock(rows, hashes));
}

const drained = (rows: DistinctRows): string[] => [...rows.drain()].flatMap(({ records }) => records.texts());

test.each(HASHES)("keeps the smallest text of each set of equal records, with %s", (_, hashOf) => {
  const rows = new DistinctRows();
  fc.assert(
    fc.property(fc.array(fc.array(text, { maxLength: 12 }), { maxLength: 6 }), (blocks) => {
      const texts = blocks.flat();
      let first = 0;
      for (const some of blocks) {
        rows.add(keyed(some, first, hashOf));
        first += some.length;
      }
      expect(rows).toHaveLength(smallestTexts(texts).length);
      const kept = [...rows.drain()];
      expect(kept.flatMap(({ records }) => records.texts()).sort()).toEqual(smallestTexts(texts));
      for (const some of kept) expectWhole(some, texts);
      expect(rows).toHaveLength(0);
    }),
  );
});

test("a block of new rows leaves as it came", () => {
  const rows = new DistinctRows();
  const [one, two] = [keyed(["1", "2"]), keyed(["3", "2"])];
  rows.add(one);
  rows.add(two);
  const [first, second] = rows.drain();
  expect(first).toBe(one.rows);
  expect(second.records.texts()).toEqual(["3"]);
});

test("holds 100,000 rows of many blocks", () => {
  const rows = new DistinctRows();
  const texts = Array.from({ length: 100_000 }, (_, i) => `{"id":${i}}`);
  for (let from = 0; from < texts.length; from += 1000) rows.add(keyed(texts.slice(from, from + 1000)));
  for (let from = 500; from < texts.length; from += 7000) rows.add(keyed(texts.slice(from, from + 1000)));
  expect(rows).toHaveLength(100_000);
  expect(drained(rows)).toEqual(texts);
});

test("regression: a record that is a bare number ends where it ends, not in the record behind it", () => {
  const rows = new DistinctRows();
  rows.add(keyed(["120", "120", "12e1", "1"]));
  expect(drained(rows)).toEqual(["120", "1"]);
  const { records } = block(["12", "0", "12"]);
  expect(recordHash(records, 0)).toBe(recordHash(records, 2));
});
