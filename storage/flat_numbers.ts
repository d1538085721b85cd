// The numbers of flat records, beside their texts: parsed once, while lines are read, for all who come later.
import { arithmetic } from "./json/arithmetic";
import { MOST_DIGITS, PLACES_BITS } from "./json/flat_layout";
import { copyRows, lengthened } from "./number_arrays";

/** The number of a token: its digits, with their sign, and in the low bits one more than how many of them are behind the point. */
const PLACES_MASK = (1 << PLACES_BITS) - 1;
const MOST_PLACES = PLACES_MASK - 1;

/** A number for a token: the same for the same one. 0 where the token has no room in it, as the sign of a zero has none. */
export function tokenNumber(digits: number, places: number, isNegative: boolean): number {
  if (digits > MOST_DIGITS || places > MOST_PLACES || (isNegative && digits === 0)) return 0;
  return ((isNegative ? -digits : digits) << PLACES_BITS) | (places + 1);
}

/**
 * The numbers of records that are flat: objects of the same names in the same order, all of whose values are numbers of few
 * enough digits to be exact. Who has no use for them reads the texts, which say the same. They stay within a process: no coder
 * writes them.
 */
export class FlatNumbers {
  private all: Float64Array | undefined;

  /**
   * @param names in the order of the texts: each stands once, and without escapes
   * @param tokens one row a record, as many columns as names: `tokenNumber` of each value
   * @param others the values whose tokens are 0, if any
   */
  constructor(
    readonly names: readonly string[],
    readonly tokens: Int32Array,
    private readonly others: OtherNumbers = NONE,
  ) {}

  /**
   * One row a record, as many columns as names. The first column is NaN where the record is another. They are worked out when they are
   * first asked for: it is a division a value, which records that turn out to be duplicates do without.
   */
  get values(): Float64Array {
    if (this.all !== undefined) return this.all;
    const { tokens, others } = this;
    const values = arithmetic().valuesOf(tokens);
    for (let k = 0; k < others.places.length; k++) values[others.places[k]] = others.values[k];
    return (this.all = values);
  }

  /** How many values have no token: every record that is not flat has one. */
  get exceptions(): number {
    return this.others.places.length;
  }

  /** Some of the rows, copied, in their order. */
  pick(rows: Uint32Array): FlatNumbers {
    const { names, tokens, others } = this;
    const width = names.length;
    const picked = new Int32Array(rows.length * width);
    copyRows(tokens, width, rows, picked, 0);
    return new FlatNumbers(names, picked, pickOthers(others, rows, width));
  }
}

/** Values that stand for themselves: few, as a rule. With a whole array of them a row that was picked took 90 ns. */
interface OtherNumbers {
  /** Where they are in the rows, in order, and what they are: NaN in the first column of a record that is not flat. */
  readonly places: Int32Array;
  readonly values: Float64Array;
}
const NONE: OtherNumbers = { places: new Int32Array(), values: new Float64Array() };

/** Those in some of the rows, in the places that these will have. */
function pickOthers({ places, values }: OtherNumbers, rows: Uint32Array, width: number): OtherNumbers {
  if (places.length === 0) return NONE;
  const picked = { places: new Int32Array(places.length), values: new Float64Array(places.length) };
  let count = 0;
  for (let k = 0, i = 0; k < rows.length && i < places.length; k++) {
    const from = rows[k] * width;
    while (places[i] < from) i++;
    for (; places[i] < from + width; i++) {
      picked.places[count] = k * width + places[i] - from;
      picked.values[count++] = values[i];
    }
  }
  return { places: picked.places.subarray(0, count), values: picked.values.subarray(0, count) };
}

/** Builds the FlatNumbers of a batch. */
export class FlatNumbersBuilder {
  private names: readonly string[] = [];
  /** The shape of lines that have these names. */
  private shape = NaN;
  private tokens = new Int32Array();
  private places = new Int32Array(64);
  private values = new Float64Array(64);
  private others = 0;
  /** Rows so far; the next one that is flat fills up those before it. */
  private rows = 0;

  /**
   * Takes over the numbers of a record.
   * @param row its number in the batch: larger than that of the one before
   * @param tokens the numbers of its tokens
   * @param numbers its values, where those are 0
   * @param shape a number that is the same for all lines with the same names
   * @param namesOf the names of such a line; undefined where they are not fit for it
   */
  add(
    row: number,
    tokens: Int32Array,
    numbers: Float64Array,
    shape: number,
    namesOf: () => string[] | undefined,
  ): void {
    if (shape !== this.shape && !this.take(shape, namesOf())) return;
    const width = this.names.length;
    const at = this.begin(row, width);
    for (let i = 0; i < width; i++) {
      const token = tokens[i];
      this.tokens[at + i] = token;
      if (token === 0) this.addOther(at + i, numbers[i]);
    }
    this.rows = row + 1;
  }

  /**
   * Takes over the tokens of records with the names of the last one that was added, whose numbers none is 0 of.
   * @param row the number in the batch of the first of them
   */
  addAll(row: number, tokens: Int32Array, shape: number): void {
    // Those of other names than the batch has are left out.
    if (shape !== this.shape) return;
    const at = this.begin(row, tokens.length);
    this.tokens.set(tokens, at);
    this.rows = row + tokens.length / this.names.length;
  }

  /** Takes over some of them, which have the names of the batch. */
  addSome(row: number, all: Int32Array, rows: Uint32Array): void {
    const width = this.names.length;
    const at = this.begin(row, rows.length * width);
    copyRows(all, width, rows, this.tokens, at);
    this.rows = row + rows.length;
  }

  /** The names of lines of a shape, where they are those of the batch. */
  namesOf(shape: number): readonly string[] | undefined {
    return shape === this.shape ? this.names : undefined;
  }

  /** Makes room for so many tokens from a row on; returns where that is. */
  private begin(row: number, size: number): number {
    const at = row * this.names.length;
    if (at + size > this.tokens.length) this.grow(at + size);
    if (this.rows < row) this.fillTo(row);
    return at;
  }

  /** The numbers of a batch of so many records, unless none was flat; afterwards there are none. */
  build(rows: number): FlatNumbers | undefined {
    if (this.rows === 0) return undefined;
    const { names } = this;
    const size = rows * names.length;
    if (size > this.tokens.length) this.grow(size);
    if (this.rows < rows) this.fillTo(rows);
    const others = { places: this.places.slice(0, this.others), values: this.values.slice(0, this.others) };
    this.rows = 0;
    this.others = 0;
    return new FlatNumbers(names, this.tokens.slice(0, size), others);
  }

  /** Whether lines of a shape can be added: the first ones say which names a batch has. */
  private take(shape: number, names: string[] | undefined): boolean {
    if (names === undefined) return false;
    const isSame = names.length === this.names.length && names.every((name, i) => name === this.names[i]);
    if (!isSame && this.rows > 0) return false;
    // Batches that have the same names share them: to compare them is to compare references.
    if (!isSame) this.names = names;
    this.shape = shape;
    return true;
  }

  /** Rows before this one that were not added are no flat records. */
  private fillTo(row: number): void {
    const width = this.names.length;
    this.tokens.fill(0, this.rows * width, row * width);
    for (let other = this.rows; other < row; other++) this.addOther(other * width, NaN);
  }

  private addOther(place: number, value: number): void {
    if (this.others === this.places.length) {
      this.places = lengthened(this.places, 2 * this.others);
      this.values = lengthened(this.values, 2 * this.others);
    }
    this.places[this.others] = place;
    this.values[this.others++] = value;
  }

  private grow(size: number): void {
    const { tokens } = this;
    this.tokens = lengthened(tokens, Math.max(2 * tokens.length, size, 1024));
  }
}
