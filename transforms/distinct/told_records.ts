// Records that a worker tells others it has predicted: the numbers of their tokens, as many as fit into a note.
import { copyRows, lengthened, readNumbers, writeNumbers } from "../../storage";

/** Tokens of a note at most, and how many there is room for at first. */
const MOST_TOKENS = 1 << 21;
const FIRST_TOKENS = 1 << 14;

/** What is told of: all have the same names. */
export interface Told {
  readonly names: readonly string[];
  readonly tokens: Int32Array;
}

/** Gathers records; those that have no room are not told of. */
export class Telling {
  private tokens = new Int32Array();
  private size = 0;

  /** Adds some of the rows of `all`. */
  add(all: Int32Array, width: number, rows: Uint32Array): void {
    const some = rows.subarray(0, Math.floor((MOST_TOKENS - this.size) / width));
    const needed = this.size + some.length * width;
    if (needed > this.tokens.length)
      this.tokens = lengthened(this.tokens, Math.max(2 * this.tokens.length, needed, FIRST_TOKENS));
    this.size = copyRows(all, width, some, this.tokens, this.size);
  }

  /**
   * What was added since the last call; undefined where there is nothing. Layout: the names as JSON behind their size (4 bytes, little
   * endian), then the tokens' numbers (4 bytes each, as the machine has them: nobody but its own processes reads them).
   */
  take(names: readonly string[]): Uint8Array | undefined {
    if (this.size === 0) return undefined;
    const head = Buffer.from(JSON.stringify(names));
    const tokens = this.tokens.subarray(0, this.size);
    const note = Buffer.allocUnsafeSlow(4 + head.length + tokens.byteLength);
    note.writeUInt32LE(head.length, 0);
    head.copy(note, 4);
    writeNumbers(tokens, note, 4 + head.length);
    this.size = 0;
    return note;
  }
}

/** What `take` has given. */
export function readTold(note: Uint8Array): Told {
  const bytes = Buffer.from(note.buffer, note.byteOffset, note.byteLength);
  const from = 4 + bytes.readUInt32LE(0);
  const names = JSON.parse(bytes.toString("utf8", 4, from)) as string[];
  const tokens = new Int32Array((bytes.length - from) / Int32Array.BYTES_PER_ELEMENT);
  return { names, tokens: readNumbers(tokens, bytes, from) };
}
