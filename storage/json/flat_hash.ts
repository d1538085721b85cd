// The hash of a flat record by its numbers: the same as RecordHasher finds in its text.
import type { FlatNumbers } from "../flat_numbers";
import { arithmetic } from "./arithmetic";
import { RecordHasher } from "./record_hash";

/** Hashes the rows of FlatNumbers, where the text of a record of four numbers takes 165 ns. */
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
    arithmetic().hash(values, this.hashes, hashes);
  }
}
