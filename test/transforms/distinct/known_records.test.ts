// Records that were predicted: found again as they are written, never one that was not, and given up where there is no point.
import fc from "fast-check";
import { FlatNumbers } from "../../../storage";
import { KnownRecords } from "../../../transforms/distinct/known_records";
import { readTold } from "../../../transforms/distinct/told_records";

const NAMES = ["a", "b"];
const ROOM = 1 << 24;
const TRIAL = 1 << 16;

const flat = (rows: readonly (readonly number[])[], names = NAMES): FlatNumbers =>
  new FlatNumbers(names, Int32Array.from(rows.flat()));
const predicted = (rows: readonly unknown[]): Uint8Array => new Uint8Array(rows.length);
/** The rows that are not known; undefined where none is left out. */
const found = (
  known: KnownRecords,
  rows: readonly (readonly number[])[],
  names = NAMES,
): number[] | undefined => {
  const unknown = known.unknown(flat(rows, names));
  return unknown && Array.from(unknown);
};
const unknownIn = (known: KnownRecords, rows: readonly (readonly number[])[]): number[] =>
  found(known, rows) ?? [...rows.keys()];

/** A token of 0 is one that has no number: its record can't be told from others. */
const token = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 9, arbitrary: fc.integer({ min: -9, max: 9 }) },
);
/** One that needs more than half a word, which there may be from some record on. */
const longToken = fc.oneof(
  { weight: 60, arbitrary: token },
  { weight: 1, arbitrary: fc.constantFrom(1 << 15, -70_000) },
);
const batch = fc.array(fc.tuple(fc.tuple(longToken, longToken), fc.boolean()), {
  minLength: 1,
  maxLength: 50,
});

test("those that were predicted are known, and no others", () => {
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 20 }), (batches) => {
      const known = new KnownRecords(ROOM);
      const expected = new Set<string>();
      for (const records of batches) {
        const rows = records.map(([row]) => row);
        const unknown = unknownIn(known, rows);
        const others = [...rows.keys()].filter((i) => !expected.has(rows[i].join()));
        // Where most are others all are predicted.
        expect(unknown).toEqual(others.length > 0.75 * rows.length ? [...rows.keys()] : others);
        const outcomes = Uint8Array.from(records, ([, isPredicted]) => (isPredicted ? 0 : 1));
        known.add(flat(rows), outcomes);
        for (const [row, isPredicted] of records)
          if (isPredicted && !row.includes(0)) expected.add(row.join());
      }
    }),
  );
});

test("records of other names are others", () => {
  const known = new KnownRecords(ROOM);
  known.add(flat([[1, 2]]), predicted([0]));
  expect(found(known, [[1, 2]], [...NAMES])).toEqual([]);
  expect(found(known, [[1, 2]], ["b", "a"])).toBeUndefined();
  expect(found(known, [[1, 2, 1, 2]], ["a", "b", "c", "d"])).toBeUndefined();
  known.add(flat([[3, 4]], ["b", "a"]), predicted([0]));
  expect(found(known, [[3, 4]])).toBeUndefined();
});

/** Gives all rows to it, a thousand at a time, as a job does; returns how many it knew. */
function giveAll(known: KnownRecords, rows: number, rowOf: (i: number) => [number, number]): number {
  let found = 0;
  for (let first = 0; first < rows; first += 1024) {
    const batch = Array.from({ length: 1024 }, (_, i) => rowOf(first + i));
    const unknown = unknownIn(known, batch);
    found += batch.length - unknown.length;
    const fresh = unknown.map((i) => batch[i]);
    known.add(flat(fresh), predicted(fresh));
  }
  return found;
}

test("after a trial none is kept where hardly any come again", () => {
  const known = new KnownRecords(ROOM);
  const rowOf = (i: number): [number, number] => [i + 1, 1];
  expect(giveAll(known, TRIAL - 1024, rowOf)).toBe(0);
  expect(found(known, [[1, 1]])).toEqual([]);
  giveAll(known, 2048, (i) => rowOf(TRIAL + i));
  expect(found(known, [[1, 1]])).toBeUndefined();
});

test("where many come again they are known to the end, however many there are", () => {
  const known = new KnownRecords(ROOM);
  let seed = 1;
  const seen = new Set<number>();
  const anyRow = (): [number, number] => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const number = (seed >>> 8) % 100_000;
    seen.add(number);
    return [number + 1, 1];
  };
  const rows = 300 * 1024;
  const found = giveAll(known, rows, anyRow);
  // Two in one batch are not known yet.
  expect(found).toBeLessThanOrEqual(rows - seen.size);
  expect(found).toBeGreaterThan((rows - seen.size) * 0.95);
});

test("there are never more than there is room for, and what is kept is found", () => {
  // Places for 2^13 records of one unit, of which three quarters are taken.
  const known = new KnownRecords((3 / 2) * (8 << 13));
  const rowOf = (i: number): [number, number] => [(i % 20_000) + 1, 1];
  const rounds = 100 * 1024;
  const found = giveAll(known, rounds, rowOf);
  expect(found).toBeGreaterThan(20_000);
  expect(found).toBeLessThan((rounds / 20_000) * 6200);
});

test("where there is no room to give each token a word, records of long ones are not kept", () => {
  const known = new KnownRecords((3 / 2) * (8 << 12));
  const names = ["a", "b", "c"];
  const rows = [
    [1, -1, 1],
    [1 << 15, 1, 1],
  ];
  known.add(flat(rows, names), predicted(rows));
  expect(found(known, rows, names)).toEqual([1]);
});

test.each([1, 2, 3, 5, 32])("of %i fields, short and long ones of either sign", (width) => {
  const known = new KnownRecords(ROOM);
  const names = Array.from({ length: width }, (_, i) => `f${i}`);
  const rowOf = (i: number): number[] =>
    names.map((_, k) => (i % 2 === 0 ? 1 : -1) * (1 + ((i * (k + 3)) % 200)));
  const short = Array.from({ length: 100 }, (_, i) => rowOf(i));
  const long = short.map((row) => row.map((token) => 300 * token));
  for (const rows of [short, long]) {
    known.add(flat(rows, names), predicted(rows));
    expect(found(known, short, names)).toEqual([]);
  }
  expect(found(known, long, names)).toEqual([]);
  const others = long.map((row) => row.map((token) => token + 1));
  expect(found(known, [...long, ...others], names)).toEqual(others.map((_, i) => long.length + i));
});

test("there may be more of them than are looked at in a call", () => {
  const known = new KnownRecords(ROOM);
  const rows = Array.from({ length: 10_000 }, (_, i) => [i + 1, 1]);
  const outcomes = Uint8Array.from(rows, (_, i) => (i % 1000 === 999 ? 1 : 0));
  known.add(flat(rows), outcomes);
  const others = Array.from({ length: 10 }, (_, i) => 1000 * i + 999);
  expect(found(known, rows)).toEqual(others);
});

test("records of more fields than there is room for are not kept", () => {
  const known = new KnownRecords(ROOM);
  const names = Array.from({ length: 33 }, (_, i) => `f${i}`);
  const row = names.map(() => 1);
  known.add(flat([row], names), predicted([row]));
  expect(found(known, [row], names)).toBeUndefined();
});

test.each([0, 1000])("where there is room for %i bytes nothing is kept", (budget) => {
  const known = new KnownRecords(budget);
  known.add(flat([[1, 2]]), predicted([0]));
  expect(found(known, [[1, 2]])).toBeUndefined();
});

test("what one has added another learns, and does not tell again", () => {
  const [known, other] = [new KnownRecords(ROOM), new KnownRecords(ROOM)];
  const rows = Array.from({ length: 10_000 }, (_, i) => [i + 1, 1]);
  expect(known.tell()).toBeUndefined();
  known.add(
    flat(rows),
    Uint8Array.from(rows, (_, i) => (i === 5000 ? 1 : 0)),
  );
  other.learn(known.tell()!);
  expect(found(other, rows)).toEqual([5000]);
  expect(other.tell()).toBeUndefined();
  expect(known.tell()).toBeUndefined();
  known.add(flat([...rows.slice(0, 10), [1 << 20, 7]]), new Uint8Array(11));
  const told = known.tell()!;
  other.learn(told);
  expect(readTold(told).tokens).toEqual(Int32Array.of(1 << 20, 7));
  expect(found(other, [[1 << 20, 7], ...rows.slice(0, 9)])).toEqual([]);
});

test("one that knows none yet learns of whatever names there are, and not of others later", () => {
  const [known, other] = [new KnownRecords(ROOM), new KnownRecords(ROOM)];
  known.add(flat([[1, 2]], ["x", "y"]), predicted([0]));
  const told = known.tell()!;
  other.learn(told);
  expect(found(other, [[1, 2]], ["x", "y"])).toEqual([]);
  const third = new KnownRecords(ROOM);
  third.add(flat([[1, 2]]), predicted([0]));
  third.learn(told);
  expect(found(third, [[1, 2]])).toEqual([]);
  expect(found(third, [[1, 2]], ["x", "y"])).toBeUndefined();
});

test("blocks are sifted where all of their records could be looked up", () => {
  const known = new KnownRecords(ROOM);
  const rows = Array.from({ length: 100 }, (_, i) => [i + 1, 1]);
  expect(known.isSifted(flat(rows))).toBe(true);
  expect(known.isSifted(flat(rows, ["b", "a"]))).toBe(false);
  const places = Int32Array.from({ length: 50 }, (_, i) => 2 * i);
  const others = { places, values: new Float64Array(50).fill(NaN) };
  expect(known.isSifted(new FlatNumbers(NAMES, flat(rows).tokens, others))).toBe(false);
  const small = new KnownRecords((3 / 2) * (8 << 12));
  const many = Array.from({ length: 5000 }, (_, i) => [i + 1, 1]);
  small.add(flat(many), predicted(many));
  expect(small.isSifted(flat(rows))).toBe(false);
});
