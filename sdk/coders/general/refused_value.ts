// The error of a value that the general coder can't carry.
import { ElementEncodingError } from "../errors";

/** Says which part of an element can't be carried, what it is and what to do. */
export class RefusedValue extends ElementEncodingError {
  private readonly path: (string | number)[] = [];

  /** @param what what was found, in words that follow "it is" */
  constructor(private readonly what: string) {
    super();
    this.tell();
  }

  /** The error again, which now knows that the value is in another one, under a key. */
  static under(key: string | number, error: unknown): unknown {
    if (!(error instanceof RefusedValue)) return error;
    error.path.unshift(key);
    error.tell();
    return error;
  }

  private tell(): void {
    const where = this.path.map((key) => `[${JSON.stringify(key)}]`).join("");
    this.message =
      `An element can't be encoded: element${where} is ${this.what}. Beam's general coder carries plain data: null, booleans, ` +
      `numbers, BigInts, texts, dates, arrays, plain objects, maps, sets and typed arrays. Make such data of it, or give the ` +
      `PCollection a coder of its own.`;
  }
}
