// Finds the ends of JSON's tokens in bytes that end with one that no token holds, such as a line's LF.

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;

/** What stands for a token that is none, or that is left to the `JsonCompactor`. */
export const NO_TOKEN = -1;

/** Digits of an exponent; whether more are too many depends on how many of them are leading zeros. */
const MOST_EXPONENT_DIGITS = 15;

/** The bytes that need no look within a string: all but the quote, the backslash and control characters. */
export const IS_PLAIN = new Uint8Array(256).fill(1, SPACE);
IS_PLAIN[QUOTE] = IS_PLAIN[BACKSLASH] = 0;
/** The bytes that may follow a backslash, but for the u of four hexadecimal digits. */
const IS_SHORT_ESCAPE = tableOf('"\\/bfnrt');
const IS_HEX = tableOf("0123456789abcdefABCDEF");

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

/** The position behind the string whose quote is at `p`. */
export function endOfString(source: Uint8Array, p: number): number {
  for (;;) {
    do p++;
    while (IS_PLAIN[source[p]] === 1);
    if (source[p] === QUOTE) return p + 1;
    if (source[p] !== BACKSLASH) return NO_TOKEN;
    p++;
    if (IS_SHORT_ESCAPE[source[p]] === 1) continue;
    if (source[p] !== LOWER_U) return NO_TOKEN;
    for (const last = p + 4; p < last;) if (IS_HEX[source[++p]] !== 1) return NO_TOKEN;
  }
}

/** The position behind the number that begins at `p`. */
export function endOfNumber(source: Uint8Array, p: number): number {
  let c = source[p];
  if (c === MINUS) c = source[++p];
  if (c < ZERO || c > NINE) return NO_TOKEN;
  if (c === ZERO) {
    c = source[++p];
  } else {
    do c = source[++p];
    while (c >= ZERO && c <= NINE);
  }
  if (c === DOT) {
    c = source[++p];
    if (c < ZERO || c > NINE) return NO_TOKEN;
    do c = source[++p];
    while (c >= ZERO && c <= NINE);
  }
  if ((c | 0x20) === LOWER_E) {
    c = source[++p];
    if (c === PLUS || c === MINUS) c = source[++p];
    const first = p;
    while (c >= ZERO && c <= NINE) c = source[++p];
    if (p === first || p - first > MOST_EXPONENT_DIGITS) return NO_TOKEN;
  }
  return p;
}

/** The position behind the `true`, `false` or `null` that begins at `p`. */
export function endOfLiteral(source: Uint8Array, p: number): number {
  switch (source[p]) {
    case LOWER_T:
      return source[p + 1] === 0x72 && source[p + 2] === LOWER_U && source[p + 3] === LOWER_E
        ? p + 4
        : NO_TOKEN;
    case LOWER_F:
      return source[p + 1] === 0x61 &&
        source[p + 2] === 0x6c &&
        source[p + 3] === 0x73 &&
        source[p + 4] === LOWER_E
        ? p + 5
        : NO_TOKEN;
    case LOWER_N:
      return source[p + 1] === LOWER_U && source[p + 2] === 0x6c && source[p + 3] === 0x6c ? p + 4 : NO_TOKEN;
    default:
      return NO_TOKEN;
  }
}
