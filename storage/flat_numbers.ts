// The numbers of flat records, beside their texts: parsed once, while lines are read, for all who come later.

/**
 * The numbers of records that are flat: objects of the same names in the same order, all of whose values are numbers of few
 * enough digits to be exact. Who has no use for them reads the texts, which say the same. They stay within a process: no coder
 * writes them.
 */
export interface FlatNumbers {
  /** The names in the order of the texts: each stands once, and without escapes. */
  readonly names: readonly string[];
  /** One row a record, as many columns as names. The first column is NaN where the record is another. */
  readonly values: Float64Array;
}

/** Records of more names are not kept as flat ones. */
export const MOST_COLUMNS = 32;

/** Builds the FlatNumbers of a batch. */
export class FlatNumbersBuilder {
  private names: readonly string[] = [];
  /** The shape of lines that have these names. */
  private shape = NaN;
  private values = new Float64Array();
  /** Rows so far; the next one that is flat fills up those before it. */
  private rows = 0;

  /**
   * Takes over the numbers of a record.
   * @param row its number in the batch: larger than that of the one before
   * @param shape a number that is the same for all lines with the same names
   * @param namesOf the names of such a line; undefined where they are not fit for it
   */
  add(row: number, numbers: Float64Array, shape: number, namesOf: () => string[] | undefined): void {
    if (shape !== this.shape && !this.begin(shape, namesOf())) return;
    const width = this.names.length;
    const at = row * width;
    if (at + width > this.values.length) this.grow(at + width);
    this.fillTo(row);
    for (let i = 0; i < width; i++) this.values[at + i] = numbers[i];
    this.rows = row + 1;
  }

  /** The numbers of a batch of so many records, unless none was flat; afterwards there are none. */
  build(rows: number): FlatNumbers | undefined {
    if (this.rows === 0) return undefined;
    const { names } = this;
    const size = rows * names.length;
    if (size > this.values.length) this.grow(size);
    this.fillTo(rows);
    this.rows = 0;
    return { names, values: this.values.slice(0, size) };
  }

  /** Whether lines of a shape can be added: the first ones say which names a batch has. */
  private begin(shape: number, names: string[] | undefined): boolean {
    if (names === undefined) return false;
    const isSame = names.length === this.names.length && names.every((name, i) => name === this.names[i]);
    if (!isSame && this.rows > 0) return false;
    // Batches that have the same names share them: to compare them is to compare references.
    if (!isSame) this.names = names;
    this.shape = shape;
    return true;
  }

  private fillTo(row: number): void {
    for (let other = this.rows; other < row; other++) this.values[other * this.names.length] = NaN;
  }

  private grow(size: number): void {
    const grown = new Float64Array(Math.max(2 * this.values.length, size, 1024));
    grown.set(this.values);
    this.values = grown;
  }
}
