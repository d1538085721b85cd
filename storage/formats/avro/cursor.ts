// Reads Avro's binary encoding from a buffer and never beyond its end, whatever damaged bytes say.
import { DamageError } from "./damage";

const LOW_BITS = 28;

/** A position in a buffer of Avro's binary encoding. */
export class Cursor {
  /** How deep the value that is being read is nested. */
  depth = 0;

  constructor(
    readonly bytes: Buffer,
    public position = 0,
  ) {}

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Moves over `count` bytes and returns where they begin. */
  take(count: number): number {
    const from = this.position;
    if (count > this.bytes.length - from) {
      throw new DamageError(`a value has ${count} bytes and only ${this.remaining} are left`);
    }
    this.position = from + count;
    return from;
  }

  byte(): number {
    return this.bytes[this.take(1)];
  }

  /** An int or long: a plain number where that is exact. */
  long(): number | bigint {
    const { bytes } = this;
    let { position } = this;
    let low = 0;
    for (let shift = 0; shift < LOW_BITS; shift += 7) {
      // Behind the end is undefined, which is taken for 0 and ends the loop.
      const byte = bytes[position++];
      low |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) {
        if (position > bytes.length) throw new DamageError("a number is cut off");
        this.position = position;
        return (low >>> 1) ^ -(low & 1);
      }
    }
    this.position = position;
    return this.longer(low);
  }

  /** A length or a count. */
  natural(what: string): number {
    const value = this.long();
    if (typeof value === "bigint" || value < 0) throw new DamageError(`${what} is ${value}`);
    return value;
  }

  /**
   * The number of items in the next block of an array or a map, 0 behind the last. A negative one is followed by the
   * block's size in bytes, for those who want to skip it.
   */
  itemCount(): number {
    const count = this.long();
    if (typeof count === "bigint") throw new DamageError(`a count is ${count}`);
    if (count >= 0) return count;
    this.natural("the size of an array");
    return -count;
  }

  /** The rest of a number whose lowest 28 bits are known. */
  private longer(low: number): number | bigint {
    let middle = 0;
    for (let shift = 0; shift < LOW_BITS; shift += 7) {
      const byte = this.byte();
      middle |= (byte & 0x7f) << shift;
      if (byte < 0x80) return signed(low, middle, 0);
    }
    const high = this.byte();
    if (high < 0x80) return signed(low, middle, high);
    const last = this.byte();
    if (last > 1) throw new DamageError("a number has more than 64 bits");
    return signed(low, middle, (high & 0x7f) | (last << 7));
  }
}

/** Undoes the zigzag of a 64-bit number, given as 28, 28 and 8 bits. */
function signed(low: number, middle: number, high: number): number | bigint {
  const value = low + middle * 2 ** 28 + high * 2 ** 56;
  if (value <= Number.MAX_SAFE_INTEGER) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  const exact = (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low);
  return (exact >> 1n) ^ -(exact & 1n);
}
