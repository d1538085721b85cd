// What the first byte of a value says of it. These numbers are in what running jobs have written down: none may change.

export const Tag = {
  null: 0,
  undefined: 1,
  false: 2,
  true: 3,
  /** Whole numbers up to 2^53, as varints: those from 0, and the others as what they are below -1. */
  natural: 4,
  negative: 5,
  /** All other numbers, -0 among them, as eight bytes. */
  double: 6,
  /** BigInts, by their sign: the size of their bytes and the bytes. */
  bigNatural: 7,
  bigNegative: 8,
  /** Texts: the size and the bytes; UTF-16 (little endian) where half of a surrogate pair is among them. */
  utf8: 9,
  utf16: 10,
  /** A double: milliseconds since 1970. */
  date: 11,
  /** An index of `BUFFERS`, the size and the bytes. */
  buffer: 12,
  /** The length and the elements. */
  array: 13,
  /** In an array: nothing was ever put there. */
  hole: 14,
  /** The number of members, then their keys and values; the second has no prototype. */
  object: 15,
  bareObject: 16,
  /** The size, then keys and values; the size, then members. */
  map: 17,
  set: 18,
  /** Whole numbers of 64 bits as the SDK has them (timestamps): two halves of 32 bits. */
  long: 19,
  unsignedLong: 20,
} as const;

/** What holds bytes, by name. Numbers in them have the order of bytes of this machine. */
export const BUFFERS = {
  Uint8Array,
  Buffer: null,
  ArrayBuffer: null,
  DataView,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};

export const BUFFER_NAMES = Object.keys(BUFFERS) as (keyof typeof BUFFERS)[];
