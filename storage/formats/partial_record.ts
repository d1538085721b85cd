// The beginning of a record whose end is in a later chunk, kept only as far as a record may be long.

export class PartialRecord {
  /** Bytes of the record so far, kept or not. */
  size = 0;
  /** The last of them, kept or not. */
  lastByte = 0;
  private buffer = Buffer.alloc(0);
  private kept = 0;

  /** @param limit most bytes to keep of a record */
  constructor(private readonly limit: number) {}

  /** Appends bytes. */
  add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.size += bytes.length;
    this.lastByte = bytes[bytes.length - 1];
    const more = Math.min(bytes.length, this.limit - this.kept);
    if (more === 0) return;
    if (this.kept + more > this.buffer.length) {
      const room = Math.max(this.kept + more, Math.min(2 * this.buffer.length, this.limit));
      const grown = Buffer.allocUnsafeSlow(room);
      this.buffer.copy(grown, 0, 0, this.kept);
      this.buffer = grown;
    }
    bytes.copy(this.buffer, this.kept, 0, more);
    this.kept += more;
  }

  /** What was kept, valid until the next `add`; what is added then begins another record. */
  take(): Buffer {
    const bytes = this.buffer.subarray(0, this.kept);
    this.size = this.kept = 0;
    return bytes;
  }
}
