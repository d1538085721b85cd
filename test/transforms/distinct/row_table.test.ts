// The table of rows by their hashes, against a plain reference.
import fc from "fast-check";
import { RowTable } from "../../../transforms/distinct/row_table";

/** Few hashes, so that they meet, and large ones, whose low bits choose the slot. */
const hash = fc.oneof(fc.nat(20), fc.maxSafeNat());

test("a row is found by its hash, among others that share it or its slot, and the last one that took a place", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hash, fc.boolean()), { maxLength: 2000 }), fc.nat(3000), (adds, guess) => {
      const table = new RowTable(guess);
      for (let round = 0; round < 2; round++) {
        /** The rows in each hash's slots, as they are met. */
        const expected = new Map<number, number[]>();
        for (const [row, [hash, replaces]] of adds.entries()) {
          const rows = expected.get(hash) ?? [];
          expected.set(hash, rows);
          let slot = table.first(hash);
          if (replaces && rows.length > 0) rows[0] = row;
          else {
            while (table.rowAt(slot) >= 0) slot = table.next(hash, slot);
            rows.push(row);
          }
          expect(table.add(slot, hash)).toBe(row);
        }
        for (const [hash, rows] of expected) expect(rowsOf(table, hash)).toEqual(rows.sort((a, b) => a - b));
        expect(table.length).toBe(adds.length);
        table.clear();
        expect(table.length).toBe(0);
        for (const hash of expected.keys()) expect(rowsOf(table, hash)).toEqual([]);
      }
    }),
    { numRuns: 50 },
  );
});

function rowsOf(table: RowTable, hash: number): number[] {
  const rows: number[] = [];
  for (let slot = table.first(hash); table.rowAt(slot) >= 0; slot = table.next(hash, slot))
    rows.push(table.rowAt(slot));
  return rows.sort((a, b) => a - b);
}
