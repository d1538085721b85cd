// A buffer that a record's JSON text is written to, token by token.
import { copyBytes } from "../../bytes";
import { DamageError, MAX_BLOCK_BYTES } from "./damage";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;

/** What stands for the bytes that a JSON string can't hold as they are. */
const ESCAPES = Array.from({ length: 0x80 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH
    ? Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1))
    : undefined,
);

/** The text so far is `bytes[0..size)`. */
export class TextBuffer {
  bytes = Buffer.allocUnsafeSlow(1 << 14);
  size = 0;

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    const needed = this.size + extra;
    if (needed <= this.bytes.length) return;
    if (needed > MAX_BLOCK_BYTES) throw new DamageError("a record is larger than 1 GiB");
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, needed));
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
  }

  addBytes(source: Buffer): void {
    this.reserve(source.length);
    this.size = copyBytes(source, 0, source.length, this.bytes, this.size);
  }

  /** Adds a text of ASCII alone. */
  addAscii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let at = this.size;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.size = at;
  }

  addInteger(value: number | bigint): void {
    if (value >= 0 && value < 10) {
      this.reserve(1);
      this.bytes[this.size++] = ZERO + Number(value);
    } else {
      this.addAscii(String(value));
    }
  }

  /** Adds the JSON string of the characters whose UTF-8 bytes are `source[from..to)`. */
  addString(source: Buffer, from: number, to: number): void {
    this.reserve(to - from + 2);
    let { bytes } = this;
    let at = this.size;
    bytes[at++] = QUOTE;
    for (let p = from; p < to; p++) {
      const byte = source[p];
      const escape = byte < 0x80 ? ESCAPES[byte] : undefined;
      if (escape === undefined) {
        bytes[at++] = byte;
      } else {
        this.size = at;
        this.reserve(escape.length + to - p);
        bytes = this.bytes;
        at = copyBytes(escape, 0, escape.length, bytes, at);
      }
    }
    bytes[at++] = QUOTE;
    this.size = at;
  }
}
