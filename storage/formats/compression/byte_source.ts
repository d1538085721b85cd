// Takes bytes in the amounts that a format asks for from chunks of any size.

/** Bytes that come in chunks, taken as many as are wanted. */
export class ByteSource {
  private readonly iterator: AsyncIterator<Buffer>;
  private chunk: Buffer = Buffer.alloc(0);
  /** Bytes taken so far. */
  position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  /** The next `size` bytes, fewer only at the end; a view of a chunk where that has them all. */
  async take(size: number): Promise<Buffer> {
    if (this.chunk.length < size) await this.gather(size);
    const taken = this.chunk.subarray(0, size);
    this.chunk = this.chunk.subarray(taken.length);
    this.position += taken.length;
    return taken;
  }

  /** Passes over `size` bytes; returns how many there were, fewer only at the end. */
  async skip(size: number): Promise<number> {
    let skipped = 0;
    while (skipped < size) {
      const some = await this.take(Math.min(size - skipped, 1 << 16));
      if (some.length === 0) break;
      skipped += some.length;
    }
    return skipped;
  }

  /** Closes the source, whatever is left of it. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  private async gather(size: number): Promise<void> {
    const parts = [this.chunk];
    let length = this.chunk.length;
    while (length < size) {
      const next = await this.iterator.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
    this.chunk = parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
  }
}
