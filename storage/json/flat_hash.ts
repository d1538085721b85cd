// The hash of a flat record by its numbers: the same as RecordHasher finds in its text.
import type { FlatNumbers } from "../flat_numbers";
import { mixHalves, PRIME_1, PRIME_2, RecordHasher } from "./record_hash";

/** The high half of minus zero, which is zero. */
const MINUS_ZERO = 1 << 31;

/** Hashes the rows of FlatNumbers: 20 ns where the text of a record of four numbers takes 165. */
export class FlatHasher {
  private readonly names = new RecordHasher();
  private known: readonly string[] = [];
  private hashes = new Int32Array();

  /** Writes the hash of each row that is flat into `hashes`, NaN for the others. */
  hash({ names, values }: FlatNumbers, hashes: Float64Array): void {
    if (names !== this.known) {
      this.known = names;
      this.hashes = Int32Array.from(names, (name) => this.names.hashOfName(name));
    }
    const nameHashes = this.hashes;
    const width = names.length;
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    for (let row = 0, at = 0; row < hashes.length; row++, at += 2 * width) {
      if (Number.isNaN(values[at >> 1])) {
        hashes[row] = NaN;
        continue;
      }
      let [high, low] = [0, 0];
      for (let i = 0; i < width; i++) {
        const lowWord = words[at + 2 * i];
        let highWord = words[at + 2 * i + 1];
        if (highWord === MINUS_ZERO && lowWord === 0) highWord = 0;
        // As RecordHasher's members.
        const a = Math.imul(lowWord ^ nameHashes[i] ^ (lowWord >>> 15), PRIME_1);
        const b = Math.imul(highWord ^ a ^ (highWord >>> 13), PRIME_2);
        low = (low + (a ^ (b >>> 16))) | 0;
        high = (high + (b ^ (a >>> 15))) | 0;
      }
      hashes[row] = mixHalves(high, low);
    }
  }
}
