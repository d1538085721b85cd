// The entries of border files: a window, a key and a value, each of them bytes.

/** Lengths of window, key and value, little endian. */
export const HEADER_BYTES = 12;

/** What stands before the value of an entry. */
export function entryHead(window: Uint8Array, key: Uint8Array, valueLength: number): Buffer {
  const head = Buffer.allocUnsafe(HEADER_BYTES + window.length + key.length);
  writeHead(head, 0, window, key, valueLength);
  return head;
}

/** Writes what stands before a value; returns the position behind it. */
function writeHead(
  bytes: Buffer,
  at: number,
  window: Uint8Array,
  key: Uint8Array,
  valueLength: number,
): number {
  at = bytes.writeUInt32LE(window.length, at);
  at = bytes.writeUInt32LE(key.length, at);
  at = bytes.writeUInt32LE(valueLength, at);
  bytes.set(window, at);
  bytes.set(key, at + window.length);
  return at + window.length + key.length;
}

/** Bytes that are written one after the other; the buffer doubles as it fills. */
export class EntryBuffer {
  private bytes = Buffer.allocUnsafeSlow(1 << 10);
  private size = 0;

  get length(): number {
    return this.size;
  }

  add(window: Uint8Array, key: Uint8Array, value: Uint8Array): void {
    const total = HEADER_BYTES + window.length + key.length + value.length;
    if (this.size + total > this.bytes.length) this.grow(total);
    this.bytes.set(value, writeHead(this.bytes, this.size, window, key, value.length));
    this.size += total;
  }

  /** What was added, a view that the next call of `add` overwrites after `clear`. */
  view(): Buffer {
    return this.bytes.subarray(0, this.size);
  }

  clear(): void {
    this.size = 0;
    // One large element must not keep its room for ever.
    if (this.bytes.length > 1 << 22) this.bytes = Buffer.allocUnsafeSlow(1 << 10);
  }

  private grow(total: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.size + total));
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
  }
}

/** An entry in a buffer: where its parts are. */
export interface Entry {
  readonly bytes: Buffer;
  readonly window: number;
  readonly key: number;
  readonly value: number;
  readonly end: number;
}

/** The entries of a buffer. */
export function* entriesOf(bytes: Buffer): Generator<Entry> {
  for (let at = 0; at < bytes.length;) {
    const window = at + HEADER_BYTES;
    const key = window + bytes.readUInt32LE(at);
    const value = key + bytes.readUInt32LE(at + 4);
    const end = value + bytes.readUInt32LE(at + 8);
    yield { bytes, window, key, value, end };
    at = end;
  }
}
