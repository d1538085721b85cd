// The values of tokens and the hashes of rows of values, worked out in WebAssembly: there a loop is fast from its first row on.
import { instantiate, newMemory } from "../web_assembly";
import { CODE } from "./arithmetic_code";
import { END, HASHES, MOST_NUMBERS, NAMES, POWERS, TOKENS, VALUES } from "./arithmetic_layout";
import { POWERS_OF_TEN } from "./exact_numbers";

/** What the code exports: see there. */
interface Code {
  values: (count: number) => void;
  hash: (rows: number, width: number) => void;
}

/** Of a process, made when there are flat records. */
let known: Arithmetic | undefined;

export function arithmetic(): Arithmetic {
  return (known ??= new Arithmetic());
}

class Arithmetic {
  private readonly memory = newMemory(END);
  private readonly code = instantiate<Code>(CODE, this.memory);
  private readonly words = new Int32Array(this.memory.buffer);
  private readonly doubles = new Float64Array(this.memory.buffer);

  constructor() {
    this.doubles.set(POWERS_OF_TEN, POWERS / 8);
  }

  /** The values of tokens' numbers; 0 of a number that is 0. */
  valuesOf(tokens: Int32Array): Float64Array {
    const values = new Float64Array(tokens.length);
    for (let first = 0; first < tokens.length; first += MOST_NUMBERS) {
      const some = tokens.subarray(first, first + MOST_NUMBERS);
      this.words.set(some, TOKENS / 4);
      this.code.values(some.length);
      values.set(this.doubles.subarray(VALUES / 8, VALUES / 8 + some.length), first);
    }
    return values;
  }

  /**
   * Writes the hash of each row of values into `hashes`; NaN for one whose first value is NaN.
   * @param names of each column the hash of its name
   */
  hash(values: Float64Array, names: Int32Array, hashes: Float64Array): void {
    const width = names.length;
    this.words.set(names, NAMES / 4);
    const most = Math.floor(MOST_NUMBERS / width);
    for (let first = 0; first < hashes.length; first += most) {
      const rows = Math.min(most, hashes.length - first);
      this.doubles.set(values.subarray(first * width, (first + rows) * width), VALUES / 8);
      this.code.hash(rows, width);
      hashes.set(this.doubles.subarray(HASHES / 8, HASHES / 8 + rows), first);
    }
  }
}
