// Looks up records' keys in a table, and puts them there. In AssemblyScript.
//
// `npm run assembly` compiles it into `../known_records_code.ts`.
//
// The table is of buckets. A bucket has the first units of its keys side by side, which are a line of the processor's cache, then their
// second ones, and so on; those of no key are 0. A key stands in the bucket that its hash chooses, or, where that is full, in the next one
// that is not. All of a bucket are compared at once: where each key had a place of its own, it took 40 ns to find one instead of 20, since
// how many have to be looked at can't be foretold.
import {
  AHEAD,
  BUCKET,
  FRESH,
  HASHES,
  KEY,
  KEYS,
  OUTCOMES,
  TABLE,
  TOKENS,
  UNIT,
  UNKNOWN,
} from "../known_layout";

const PRIME_1: u64 = 0x9e3779b97f4a7c15;
const PRIME_2: u64 = 0xd6e8feb86659fd93;

/** Rows whose places are looked at together: they have room in the nearest cache, and their pages in that of addresses. */
const STRIP: i32 = 256;

/** Keys in the table. */
export let count: i32 = 0;
/** How many of the rows whose keys were made last were added; they stand at FRESH. */
export let fresh: i32 = 0;

/**
 * Makes the keys of rows of tokens, and their hashes: 0 for a row that is not kept, since one of its tokens is 0, or too long.
 * @param isNarrow whether each token has 16 bits
 * @returns how many rows are not kept for a token that is too long
 */
export function pack(rows: i32, width: i32, isNarrow: bool): i32 {
  const units = unitsOf(width, isNarrow);
  const last = maskOf(width & 3);
  const others = v128.not(last);
  fresh = 0;
  let long: i32 = 0;
  let from: usize = TOKENS;
  let at: usize = KEYS;
  for (let row: i32 = 0; row < rows; row++) {
    let isFit = true;
    let isShort = true;
    let key = at;
    // Four tokens at a time; those of the next row that come with the last ones are left out.
    for (let left = width; left > 0; left -= 4) {
      let tokens = v128.load(from);
      let unfit = tokens;
      if (left < 4) {
        tokens = v128.and(tokens, last);
        unfit = v128.or(tokens, others);
      }
      if (!v128.all_true<i32>(unfit)) isFit = false;
      if (isNarrow) {
        const narrow = v128.narrow<i32>(tokens, tokens);
        if (!v128.all_true<i32>(v128.eq<i32>(v128.extend_low<i16>(narrow), tokens))) isShort = false;
        store<u64>(key, v128.extract_lane<u64>(narrow, 0));
        key += UNIT;
      } else {
        store<u64>(key, v128.extract_lane<u64>(tokens, 0));
        if (left > 2) store<u64>(key + UNIT, v128.extract_lane<u64>(tokens, 1));
        key += 2 * UNIT;
      }
      from += <usize>min(left, 4) << 2;
    }
    if (isFit && !isShort) long++;
    store<u32>((<usize>row << 2) + HASHES, isFit && isShort ? hash(at, units) : 0);
    at += units * UNIT;
  }
  return long;
}

/** The lanes of so many tokens, or of all four for 0. */
@inline
function maskOf(tokens: i32): v128 {
  if (tokens == 1) return i32x4(-1, 0, 0, 0);
  if (tokens == 2) return i32x4(-1, -1, 0, 0);
  if (tokens == 3) return i32x4(-1, -1, -1, 0);
  return i32x4.splat(-1);
}

/**
 * Finds the rows, whose keys were made, that are not in a table of so many buckets.
 * @returns how many; they stand at UNKNOWN, in order
 */
export function find(rows: i32, units: usize, buckets: u32): i32 {
  let unknown: usize = UNKNOWN;
  let key: usize = KEYS;
  for (let row: i32 = 0; row < rows; row++, key += units * UNIT) {
    if ((row & (STRIP - 1)) == 0) touch(row, rows, units, buckets);
    // Written whether it stays or not: whether a record is known can't be foretold.
    store<i32>(unknown, row);
    const h = load<u32>((<usize>row << 2) + HASHES);
    const isKnown = (<i32>(h != 0)) & (<i32>isKey(bucketFor(key, h, units, buckets), key, units));
    unknown += <usize>((1 - isKnown) << 2);
  }
  return <i32>((unknown - UNKNOWN) >> 2);
}

/**
 * Puts keys into the table, from `row` on: those of rows whose outcome is 0.
 * @param most keys that there may be
 * @returns the row before which there were so many
 */
export function add(row: i32, rows: i32, units: usize, buckets: u32, most: i32): i32 {
  let key = <usize>KEYS + <usize>row * units * UNIT;
  for (; row < rows; row++, key += units * UNIT) {
    if ((row & (STRIP - 1)) == 0) touch(row, rows, units, buckets);
    const h = load<u32>((<usize>row << 2) + HASHES);
    if (h == 0 || load<u8>(<usize>row + OUTCOMES) != 0) continue;
    if (count >= most) break;
    const bucket = bucketFor(key, h, units, buckets);
    if (isKey(bucket, key, units)) continue;
    put(key, bucket, units);
    store<i32>((<usize>fresh << 2) + FRESH, row);
    fresh++;
    count++;
  }
  return row;
}

/**
 * Makes a table of so many buckets of the one that is there, with at least as many as it has.
 * @param isWider whether each token is to have 32 bits, where it has 16
 */
export function rebuild(from: u32, to: u32, width: i32, isNarrow: bool, isWider: bool): void {
  const units = unitsOf(width, isNarrow);
  const newUnits = unitsOf(width, isNarrow && !isWider);
  const size = <usize>from * units * BUCKET;
  const newSize = <usize>to * newUnits * BUCKET;
  const old = <usize>TABLE + newSize;
  memory.copy(old, TABLE, size);
  memory.fill(TABLE, 0, newSize);
  for (let bucket = old; bucket < old + size; bucket += units * BUCKET)
    for (let slot = bucket; slot < bucket + BUCKET && load<u64>(slot) != 0; slot += UNIT) {
      for (let i: usize = 0; i < units; i++) store<u64>(KEY + i * UNIT, load<u64>(slot + i * BUCKET));
      if (isWider) widen(width);
      put(KEY, bucketFor(KEY, hash(KEY, newUnits), newUnits, to), newUnits);
    }
}

/** Gives each token of the key that is made 32 bits. */
function widen(width: i32): void {
  for (let i = width - 1; i >= 0; i--)
    store<i32>(<usize>KEY + (<usize>i << 2), <i32>load<i16>(<usize>KEY + (<usize>i << 1)));
  // What fills up the last unit.
  store<i32>(<usize>KEY + (<usize>width << 2), 0);
}

@inline
function unitsOf(width: i32, isNarrow: bool): usize {
  return isNarrow ? (<usize>width + 3) >> 2 : (<usize>width + 1) >> 1;
}

@inline
function hash(key: usize, units: usize): u32 {
  let h: u64 = 0;
  for (const end = key + units * UNIT; key < end; key += UNIT) {
    h = (h ^ load<u64>(key)) * PRIME_1;
    h ^= h >> 32;
  }
  return <u32>((h * PRIME_2) >> 32) | 1;
}

/** The bucket that the key is in, or has room in. */
@inline
function bucketFor(key: usize, h: u32, units: usize, buckets: u32): usize {
  const size = units * BUCKET;
  let bucket = homeOf(h, size, buckets);
  while (!hasRoom(bucket) && !isKey(bucket, key, units)) {
    bucket += size;
    if (bucket == <usize>TABLE + <usize>buckets * size) bucket = TABLE;
  }
  return bucket;
}

/** The high bits of a hash choose the bucket: as the table grows, keys keep their order, and memory is written in its own. */
@inline
function homeOf(h: u32, size: usize, buckets: u32): usize {
  return <usize>TABLE + <usize>((<u64>h * <u64>buckets) >> 32) * size;
}

/** Slots are taken in their order. */
@inline
function hasRoom(bucket: usize): bool {
  return load<u64>(bucket + BUCKET - UNIT) == 0;
}

@inline
function isKey(bucket: usize, key: usize, units: usize): bool {
  let unit = v128.splat<u64>(load<u64>(key));
  let equal0 = v128.eq<u64>(v128.load(bucket), unit);
  let equal1 = v128.eq<u64>(v128.load(bucket + 16), unit);
  let equal2 = v128.eq<u64>(v128.load(bucket + 32), unit);
  let equal3 = v128.eq<u64>(v128.load(bucket + 48), unit);
  for (let i: usize = 1; i < units; i++) {
    unit = v128.splat<u64>(load<u64>(key + i * UNIT));
    const line = bucket + i * BUCKET;
    equal0 = v128.and(equal0, v128.eq<u64>(v128.load(line), unit));
    equal1 = v128.and(equal1, v128.eq<u64>(v128.load(line + 16), unit));
    equal2 = v128.and(equal2, v128.eq<u64>(v128.load(line + 32), unit));
    equal3 = v128.and(equal3, v128.eq<u64>(v128.load(line + 48), unit));
  }
  return v128.any_true(v128.or(v128.or(equal0, equal1), v128.or(equal2, equal3)));
}

/** Puts a key into a bucket that has room. */
@inline
function put(key: usize, bucket: usize, units: usize): void {
  let slot = bucket;
  while (load<u64>(slot) != 0) slot += UNIT;
  for (let i: usize = 0; i < units; i++) store<u64>(slot + i * BUCKET, load<u64>(key + i * UNIT));
}

/**
 * Looks at what the hashes of some rows from `row` on choose of the table, all of it before any of it matters: memory then answers for many
 * rows at once.
 */
function touch(row: i32, rows: i32, units: usize, buckets: u32): void {
  const size = units * BUCKET;
  const end = min(row + STRIP, rows);
  let ahead: u64 = 0;
  for (; row < end; row++) ahead |= load<u64>(homeOf(load<u32>((<usize>row << 2) + HASHES), size, buckets));
  store<u64>(AHEAD, ahead);
}
