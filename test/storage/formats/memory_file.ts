// A file in memory for tests of formats: its chunks are cut as a test says, and what is fetched of it is recorded.
import type { InputFile } from "../../../storage/formats/input_format";

export class MemoryFile implements InputFile {
  readonly name = "memory";
  readonly size: number | undefined;
  /** What was asked for. */
  readonly requests: [start: number, end: number][] = [];
  /** The bytes that were given out. */
  fetched = 0;
  /** Reads that were begun and neither came to their end nor were given up. */
  open = 0;

  /** @param cuts the bytes of the file at which chunks end, or the length of each */
  constructor(
    readonly bytes: Buffer,
    private readonly cuts: readonly number[] | number = Infinity,
    isSizeKnown = true,
  ) {
    this.size = isSizeKnown ? bytes.length : undefined;
  }

  async *read(start: number, end: number): AsyncGenerator<Buffer> {
    this.requests.push([start, end]);
    this.open++;
    try {
      const last = Math.min(end, this.bytes.length);
      while (start < last) {
        const next = Math.min(this.nextCut(start), last);
        this.fetched += next - start;
        // A copy: who reads over its end finds nothing.
        yield Promise.resolve(Buffer.from(this.bytes.subarray(start, next)));
        start = next;
      }
    } finally {
      this.open--;
    }
  }

  private nextCut(at: number): number {
    if (typeof this.cuts === "number") return at + this.cuts;
    return this.cuts.find((cut) => cut > at) ?? Infinity;
  }
}
