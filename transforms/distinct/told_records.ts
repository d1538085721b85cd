// Records that a worker tells others it has predicted: the numbers of their tokens, as many as fit into a note.

/** Bytes of a note at most. */
const MOST_BYTES = 1 << 23;
const FIRST_BYTES = 1 << 16;

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
  add(all: Int32Array, width: number, rows: Int32Array): void {
    const room = Math.floor((MOST_BYTES / Int32Array.BYTES_PER_ELEMENT - this.size) / width);
    const most = Math.min(rows.length, room);
    this.reserve(most * width);
    const { tokens } = this;
    let at = this.size;
    for (let k = 0; k < most; k++) {
      let from = rows[k] * width;
      for (const end = from + width; from < end; from++) tokens[at++] = all[from];
    }
    this.size = at;
  }

  /**
   * What was added since the last call; undefined where there is nothing. Layout: the names as JSON behind their size (4 bytes, little
   * endian), then the tokens' numbers (4 bytes each, as the machine has them: nobody but its own processes reads them).
   */
  take(names: readonly string[]): Uint8Array | undefined {
    if (this.size === 0) return undefined;
    const head = Buffer.from(JSON.stringify(names));
    const tokens = Buffer.from(this.tokens.buffer, 0, this.size * Int32Array.BYTES_PER_ELEMENT);
    const note = Buffer.allocUnsafeSlow(4 + head.length + tokens.length);
    note.writeUInt32LE(head.length, 0);
    head.copy(note, 4);
    tokens.copy(note, 4 + head.length);
    this.size = 0;
    return note;
  }

  private reserve(extra: number): void {
    const needed = this.size + extra;
    if (needed <= this.tokens.length) return;
    const { tokens } = this;
    this.tokens = new Int32Array(Math.max(2 * tokens.length, needed, FIRST_BYTES / 4));
    this.tokens.set(tokens);
  }
}

/** What `take` has given. */
export function readTold(note: Uint8Array): Told {
  const bytes = Buffer.from(note.buffer, note.byteOffset, note.byteLength);
  const from = 4 + bytes.readUInt32LE(0);
  const names = JSON.parse(bytes.toString("utf8", 4, from)) as string[];
  const tokens = new Int32Array((bytes.length - from) / Int32Array.BYTES_PER_ELEMENT);
  new Uint8Array(tokens.buffer).set(bytes.subarray(from));
  return { names, tokens };
}
