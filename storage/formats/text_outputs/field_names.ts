// Tells the names of fields by their bytes: what rows have in common is decoded once, not once a row.
import { memberName } from "../../json/members";

/** Gives names numbers, from 0; two spellings of a name (`"a"`, `"\u0061"`) have one number. */
export class NameNumbers {
  private readonly numbers = new Map<string, number>();

  get size(): number {
    return this.numbers.size;
  }

  of(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) this.numbers.set(name, (number = this.numbers.size));
    return number;
  }
}

/**
 * Reads the names of members that come in about the same order in row after row: each is compared with the one that
 * stood there before, and looked up only where it is another.
 */
export class NameReader {
  /** The spellings met so far, quotes included, and the number of the name that each means. */
  private readonly spellings: Buffer[] = [];
  private readonly numbers: number[] = [];
  private readonly places = new Map<string, number>();
  private next = 0;

  /** @param numberOf numbers a name that is met for the first time */
  constructor(private readonly numberOf: (name: string) => number) {}

  /** How many spellings were met. */
  get size(): number {
    return this.spellings.length;
  }

  /** Begins another row. */
  startRow(): void {
    this.next = 0;
  }

  /** The number of the name that the JSON string `source[from..to)` means. */
  read(source: Buffer, from: number, to: number): number {
    const { spellings, next } = this;
    if (next < spellings.length && isSame(spellings[next], source, from, to)) {
      this.next++;
      return this.numbers[next];
    }
    const key = source.toString("latin1", from, to);
    let place = this.places.get(key);
    if (place === undefined) {
      place = spellings.length;
      this.places.set(key, place);
      spellings.push(Buffer.from(source.subarray(from, to)));
      this.numbers.push(this.numberOf(memberName(source, from, to)));
    }
    this.next = place + 1;
    return this.numbers[place];
  }
}

function isSame(spelling: Buffer, source: Buffer, from: number, to: number): boolean {
  if (spelling.length !== to - from) return false;
  for (let i = 0; i < spelling.length; i++) if (spelling[i] !== source[from + i]) return false;
  return true;
}
