// The brackets that are open at a place in a JSON text, and which of them a closing one closes.
import { MAX_DEPTH } from "../../json/compact";

const CLOSE_BRACE = 0x7d;

export class OpenBrackets {
  /** How many there are. */
  depth = 0;
  /** What closes each of them. Deeper ones are counted only, in no memory: no record has them. */
  private readonly closers = new Uint8Array(MAX_DEPTH);

  /** Whether the last one is a brace. */
  get isInObject(): boolean {
    return this.closers[this.depth - 1] === CLOSE_BRACE;
  }

  /** Adds an opening bracket. */
  open(byte: number): void {
    // ASCII puts each closing bracket two behind its opening one.
    if (this.depth < MAX_DEPTH) this.closers[this.depth] = byte + 2;
    this.depth++;
  }

  /**
   * Closes the last bracket; when the closing one fits another, that and all within it.
   * @returns whether it fits the last
   */
  close(byte: number): boolean {
    this.depth--;
    if (this.depth >= MAX_DEPTH || this.closers[this.depth] === byte) return true;
    const fitting = this.depth === 0 ? -1 : this.closers.lastIndexOf(byte, this.depth - 1);
    if (fitting >= 0) this.depth = fitting;
    return false;
  }
}
