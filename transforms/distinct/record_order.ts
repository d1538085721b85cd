// Which of two records is to stay: when they are equal as JSON, and which is the smaller text.
import {
  Canonicalizer,
  compareBytes,
  FlatHasher,
  RecordHasher,
  type ByteColumn,
  type FlatNumbers,
  type Viewed,
} from "../../storage";
import { equalTexts } from "../../storage/text_words";

const hasher = new RecordHasher();
const left = new Canonicalizer();
const right = new Canonicalizer();

/** Texts one after the other, finished or growing. */
export interface Texts extends Viewed {
  start(i: number): number;
  end(i: number): number;
}

const flatHasher = new FlatHasher();

/** The hashes of a column of records. `flat` holds the numbers of those that are flat. */
export function recordHashes(records: ByteColumn, flat?: FlatNumbers): Float64Array {
  const hashes = new Float64Array(records.length).fill(NaN);
  if (flat !== undefined) flatHasher.hash(flat, hashes);
  for (let i = 0; i < hashes.length; i++) if (Number.isNaN(hashes[i])) hashes[i] = recordHash(records, i);
  return hashes;
}

/** The hash of text `i` of a column of records: the same for all that are equal as JSON, however they are written. */
export function recordHash(records: ByteColumn, i: number): number {
  return hasher.hash(records, records.start(i), records.ends[i]);
}

/** The same text, a smaller or a larger text of an equal record, or another record. */
export type Order = "same" | "smaller" | "larger" | "other";

/** How text `i` stands to text `j` of others, with the same hash. */
export function orderOf(a: Texts, i: number, b: Texts, j: number): Order {
  const [aFrom, aTo, bFrom, bTo] = [a.start(i), a.end(i), b.start(j), b.end(j)];
  if (equalTexts(a.view, aFrom, aTo, b.view, bFrom, bTo)) return "same";
  const aSize = left.canonicalize(a.bytes, aFrom, aTo);
  const bSize = right.canonicalize(b.bytes, bFrom, bTo);
  if (compareBytes(left.bytes, 0, aSize, right.bytes, 0, bSize) !== 0) return "other";
  return compareBytes(a.bytes, aFrom, aTo, b.bytes, bFrom, bTo) < 0 ? "smaller" : "larger";
}
