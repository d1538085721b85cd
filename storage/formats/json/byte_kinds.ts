// What bytes mean to the structure of a JSON text, where they are in no string.

export const OTHER = 0;
export const SPACE = 1;
export const LINE_END = 2;
export const STRING = 3;
export const OPEN = 4;
export const CLOSE = 5;
export const SEPARATOR = 6;

/** The kind of each byte. */
export const KIND = new Uint8Array(256);
[" \t\r", "\n", '"', "[{", "]}", ",:"].forEach((bytes, i) => {
  for (const byte of Buffer.from(bytes)) KIND[byte] = i + 1;
});

/** The bytes with which a value begins. */
export const BEGINS_VALUE: ReadonlySet<number> = new Set(Buffer.from('{["-0123456789tfn'));
