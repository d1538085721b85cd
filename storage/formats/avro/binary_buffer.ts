// A buffer that values are written to in Avro's binary encoding.

/** Bytes of the longest number. */
const MAX_LONG_BYTES = 10;

/** The bytes so far are `bytes[0..size)`. */
export class BinaryBuffer {
  size = 0;

  /** @param bytes room to begin with */
  constructor(private bytes: Buffer) {}

  addLong(value: number | bigint): void {
    this.reserve(MAX_LONG_BYTES);
    const number = Number(value);
    if (number >= -(2 ** 30) && number < 2 ** 30) this.addVarint((number << 1) ^ (number >> 31));
    else this.addLargeLong(BigInt(value));
  }

  addDouble(value: number): void {
    this.reserve(8);
    this.size = this.bytes.writeDoubleLE(value, this.size);
  }

  addByte(value: number): void {
    this.reserve(1);
    this.bytes[this.size++] = value;
  }

  /** Adds a string as UTF-8. */
  addString(text: string): void {
    const length = Buffer.byteLength(text);
    this.addLong(length);
    this.reserve(length);
    this.size += this.bytes.write(text, this.size);
  }

  /** Adds bytes as they are. */
  addBytes(bytes: Buffer): void {
    this.reserve(bytes.length);
    this.size += bytes.copy(this.bytes, this.size);
  }

  /** What was written; the buffer is not to be used again. */
  take(): Buffer {
    return this.bytes.subarray(0, this.size);
  }

  private addVarint(value: number): void {
    for (value >>>= 0; value >= 0x80; value >>>= 7) this.bytes[this.size++] = (value & 0x7f) | 0x80;
    this.bytes[this.size++] = value;
  }

  private addLargeLong(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    for (; rest >= 0x80n; rest >>= 7n) this.bytes[this.size++] = Number(rest & 0x7fn) | 0x80;
    this.bytes[this.size++] = Number(rest);
  }

  private reserve(extra: number): void {
    const needed = this.size + extra;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, needed));
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
  }
}
