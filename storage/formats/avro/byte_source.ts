// The bytes of a file from some place on, as far ahead as a reader asks for them.
import type { InputFile } from "../input_format";

/** Bytes that are asked for at a time behind the place up to which they were expected to be needed. */
const EXTRA_BYTES = 1 << 16;

/** Bytes in order; `unread` are those that are here. */
export class ByteSource {
  unread: Buffer = Buffer.alloc(0);
  private chunks: AsyncIterator<Buffer> | undefined;
  /** Where the next chunk begins. */
  private next: number;
  /** Where the chunks that are being read end. */
  private requested: number;

  /** @param expected the place up to which bytes are certainly needed; behind it they are read in small steps */
  constructor(
    private readonly file: InputFile,
    start: number,
    expected: number,
  ) {
    this.next = start;
    this.requested = Math.max(start, expected);
    if (this.requested > start) this.open();
  }

  /** The place of the first unread byte in the file. */
  get position(): number {
    return this.next - this.unread.length;
  }

  /** Reads until `count` bytes are unread; false when the file ends before. */
  async fill(count: number): Promise<boolean> {
    if (this.unread.length >= count) return true;
    const parts = [this.unread];
    let size = this.unread.length;
    while (size < count) {
      const chunk = await this.chunk(count - size);
      if (chunk === undefined) break;
      parts.push(chunk);
      size += chunk.length;
    }
    this.unread = parts.length === 2 && parts[0].length === 0 ? parts[1] : Buffer.concat(parts, size);
    return size >= count;
  }

  /** The next `count` bytes, which are here. */
  take(count: number): Buffer {
    const taken = this.unread.subarray(0, count);
    this.unread = this.unread.subarray(count);
    return taken;
  }

  /** Gives the file back; nothing is read afterwards. */
  async close(): Promise<void> {
    await this.chunks?.return?.();
    this.chunks = undefined;
  }

  private async chunk(wanted: number): Promise<Buffer | undefined> {
    for (;;) {
      const from = this.next;
      if (this.chunks !== undefined) {
        const result = await this.chunks.next();
        if (result.done !== true) {
          this.next += result.value.length;
          return result.value;
        }
        this.chunks = undefined;
      }
      // The file has ended where less came than was asked for.
      const { size = this.requested } = this.file;
      if (from < this.requested || from >= size) return undefined;
      this.requested = from + Math.max(wanted, EXTRA_BYTES);
      this.open();
    }
  }

  private open(): void {
    this.chunks = this.file.read(this.next, this.requested)[Symbol.asyncIterator]();
  }
}
