// Takes lines of flat records in WebAssembly: finds their numbers, and copies them without white space. In AssemblyScript.
//
// `npm run assembly` compiles it into `../flat_lines_code.ts`. It takes a line in 100 ns where QuickLines takes 250, and is as fast
// from the beginning as the same in JavaScript after a second.
import {
  ENDS,
  HEAD_ROOM,
  HEAD_SIZES,
  HEADS,
  MOST_DIGITS,
  OUT_HEAD_SIZES,
  OUT_HEADS,
  PLACES_BITS,
  POSITION,
  STARTS,
  TOKENS,
} from "../flat_layout";

const TAB: i32 = 0x09;
const LF: i32 = 0x0a;
const CR: i32 = 0x0d;
const SPACE: i32 = 0x20;
const MINUS: i32 = 0x2d;
const DOT: i32 = 0x2e;
const ZERO: i32 = 0x30;
const LOWER_E: i32 = 0x65;
const CLOSE_BRACE: i32 = 0x7d;

const WORD: usize = 8;
const LONG_WORD: usize = 16;

/** Digits and a point of which it is known that they are no more than 32 bits. */
const MOST_CHARACTERS: usize = 9;

/**
 * Takes lines, each an object whose heads are those that are known, and whose values are all numbers that a token's number has room for.
 * It stops at the first one that is another.
 * @param from,end the lines; the last byte is a LF
 * @param out,outEnd where records go; none begins at `outEnd` or behind it
 * @param mostRows lines that are taken, MOST_ROWS at most
 * @param mostLine bytes of a line that is taken
 * @param width members of a record
 * @param isCompact whether heads are written as they are read
 * @returns the number of lines that were taken
 */
export function take(
  from: usize,
  end: usize,
  out: usize,
  outEnd: usize,
  mostRows: i32,
  mostLine: usize,
  width: i32,
  isCompact: bool,
): i32 {
  let p = from;
  let at = out;
  let rows: i32 = 0;
  while (p < end && at < outEnd && rows < mostRows) {
    const start = p;
    const tokens = <usize>TOKENS + ((<usize>(rows * width)) << 2);
    /** What is before it has been copied, to before `lineAt`. */
    let run = p;
    let lineAt = at;
    let member: i32 = 0;
    while (member < width) {
      const size = <usize>load<i32>((<usize>member << 2) + HEAD_SIZES);
      if (!isHead(p, <usize>(member * HEAD_ROOM) + HEADS, size)) break;
      if (!isCompact) {
        lineAt = copy(run, p, lineAt);
        const outHead = <usize>(member * HEAD_ROOM) + OUT_HEADS;
        lineAt = copy(outHead, outHead + load<i32>((<usize>member << 2) + OUT_HEAD_SIZES), lineAt);
        run = p + size;
      }
      p += size;

      let c: i32 = load<u8>(p);
      const isNegative = c == MINUS;
      if (isNegative) c = load<u8>(++p);
      let digits = c - ZERO;
      if (<u32>digits > 9) break;
      const digitsAt = p;
      c = load<u8>(++p);
      let digit = c - ZERO;
      // Nothing but a point stands behind a zero that is first.
      if (digits != 0)
        while (<u32>digit <= 9) {
          digits = 10 * digits + digit;
          c = load<u8>(++p);
          digit = c - ZERO;
        }
      let places: i32 = 0;
      if (c == DOT) {
        const point = p;
        c = load<u8>(++p);
        digit = c - ZERO;
        while (<u32>digit <= 9) {
          digits = 10 * digits + digit;
          c = load<u8>(++p);
          digit = c - ZERO;
        }
        places = <i32>(p - point) - 1;
        if (places == 0) break;
      }
      // More characters than that may be more than 32 bits, and the sign of a zero has no room.
      if (p - digitsAt > MOST_CHARACTERS || digits > MOST_DIGITS || (c | 0x20) == LOWER_E) break;
      if (isNegative) {
        if (digits == 0) break;
        digits = -digits;
      }
      store<i32>(tokens + (<usize>member << 2), (digits << PLACES_BITS) | (places + 1));
      member++;
    }
    if (member < width || load<u8>(p) != CLOSE_BRACE) {
      p = start;
      break;
    }
    const close = ++p;
    let c: i32 = load<u8>(p);
    while (c == CR || c == SPACE || c == TAB) c = load<u8>(++p);
    if (c != LF || p - start > mostLine) {
      p = start;
      break;
    }
    at = copy(run, close, lineAt);
    store<u32>((<usize>rows << 2) + ENDS, <u32>(at - out));
    store<u32>((<usize>rows << 2) + STARTS, <u32>(start - from));
    rows++;
    p++;
  }
  store<u32>(POSITION, <u32>(p - from));
  return rows;
}

/** Whether a head is at `p`. Of one that is longer than a word the last words overlap. */
@inline
function isHead(p: usize, head: usize, size: usize): bool {
  if (size < WORD) return ((load<u64>(p) ^ load<u64>(head)) << ((WORD - size) << 3)) == 0;
  const last = size - WORD;
  if (load<u64>(p + last) != load<u64>(head + last)) return false;
  for (let i: usize = 0; i < last; i += WORD) if (load<u64>(p + i) != load<u64>(head + i)) return false;
  return true;
}

/** Copies `[from..to)` to `at`, and some of what is behind it; returns the position behind the copy. */
@inline
function copy(from: usize, to: usize, at: usize): usize {
  const size = to - from;
  for (let i: usize = 0; i < size; i += LONG_WORD) v128.store(at + i, v128.load(from + i));
  return at + size;
}
