// Takes the fields of a record that are to be written, where not all of them are.
import { copyBytes } from "../bytes";
import { ByteColumn } from "../byte_column";
import { FieldFinder } from "../json/members";

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Of each record an object of certain fields alone. */
export class Selection {
  private readonly finder: FieldFinder;
  /** Of each field, what stands before its value: `"name":`. */
  private readonly heads: readonly Buffer[];
  /** Bytes that the heads, commas and braces of a record have at most. */
  private readonly overhead: number;

  /** @param names the fields, in the order in which they are written; a name that is repeated counts once */
  constructor(names: readonly string[]) {
    const fields = [...new Set(names)];
    this.finder = new FieldFinder(fields);
    this.heads = fields.map((name) => Buffer.from(`${JSON.stringify(name)}:`));
    this.overhead = this.heads.reduce((sum, head) => sum + head.length + 1, 2);
  }

  /**
   * The records with those of the fields that they have, values as they were read; of several fields of one name the
   * last counts. Records that are no objects are taken as they are.
   */
  apply(records: ByteColumn): ByteColumn {
    const { finder, heads } = this;
    const { bytes, length } = records;
    const { starts, ends: valueEnds } = finder;
    const out = Buffer.allocUnsafe(bytes.length + length * this.overhead);
    const ends = new Uint32Array(length);
    let at = 0;
    for (let i = 0; i < length; i++) {
      const from = records.start(i);
      const to = records.ends[i];
      if (!finder.find(bytes, from, to)) {
        at = copyBytes(bytes, from, to, out, at);
      } else {
        const first = at;
        for (let field = 0; field < heads.length; field++) {
          if (starts[field] < 0) continue;
          out[at++] = COMMA;
          at = copyBytes(heads[field], 0, heads[field].length, out, at);
          at = copyBytes(bytes, starts[field], valueEnds[field], out, at);
        }
        // The first comma becomes the brace; without a field there is none.
        if (at === first) at++;
        out[first] = OPEN_BRACE;
        out[at++] = CLOSE_BRACE;
      }
      ends[i] = at;
    }
    return new ByteColumn(out.subarray(0, at), ends);
  }
}
