// Reads the bytes of a column chunk from its start to its end through a window, so that a large chunk need not be in memory.
import { type ByteSource, readFully } from "./footer";

export class ChunkBytes {
  private at = 0;

  /**
   * @param held the chunk's first bytes, as far as they are known already
   * @param next the position in the file behind `held`
   * @param end where the chunk ends
   * @param window bytes that are fetched together
   */
  constructor(
    private readonly file: ByteSource,
    private held: Buffer,
    private next: number,
    private readonly end: number,
    private readonly window: number,
  ) {}

  /** How many bytes are still to come. */
  get left(): number {
    return this.held.length - this.at + this.end - this.next;
  }

  /** The next bytes, at least `size` of them unless the chunk ends before. They stay valid. */
  async peek(size: number): Promise<Buffer> {
    const known = this.held.subarray(this.at);
    const wanted = Math.min(size, this.left) - known.length;
    if (wanted <= 0) return known;
    const to = Math.min(this.end, this.next + Math.max(wanted, this.window));
    const fetched = await readFully(this.file, this.next, to);
    this.next = to;
    this.held = known.length === 0 ? fetched : Buffer.concat([known, fetched]);
    this.at = 0;
    return this.held;
  }

  /** Passes bytes that were seen. */
  skip(size: number): void {
    this.at += size;
  }
}
