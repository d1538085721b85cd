// Finds the members of a JSON object in its compact text, without reading their values.

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** A member: where its name (with its quotes) and its value are in the text. */
export type VisitMember = (nameFrom: number, nameTo: number, valueFrom: number, valueTo: number) => void;

/**
 * Visits the top-level members of the object whose compact JSON text is `source[from..to)`, in their order.
 * @returns false, without a visit, when it is no object
 */
export function visitMembers(source: Buffer, from: number, to: number, visit: VisitMember): boolean {
  if (source[from] !== OPEN_BRACE) return false;
  let p = from + 1;
  while (p < to - 1) {
    if (source[p] === COMMA) p++;
    const nameFrom = p;
    const nameTo = endOfString(source, p);
    const valueFrom = nameTo + 1;
    p = endOfValue(source, valueFrom);
    visit(nameFrom, nameTo, valueFrom, p);
  }
  return true;
}

/** The name of a member, decoded. */
export function memberName(source: Buffer, nameFrom: number, nameTo: number): string {
  const name = source.toString("utf8", nameFrom + 1, nameTo - 1);
  return name.includes("\\") ? (JSON.parse(`"${name}"`) as string) : name;
}

/** Finds the values of certain fields; of several members of one name the last counts. */
export class FieldFinder {
  /** Where the value of each field is, in the order of the names; `starts` is -1 where there is none. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  private readonly places: ReadonlyMap<string, number>;

  constructor(names: readonly string[]) {
    this.places = new Map(names.map((name, i) => [name, i]));
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
  }

  /**
   * Looks at the compact JSON text `source[from..to)`.
   * @returns false when it is no object, which has no fields
   */
  find(source: Buffer, from: number, to: number): boolean {
    this.starts.fill(-1);
    return visitMembers(source, from, to, (nameFrom, nameTo, valueFrom, valueTo) => {
      const place = this.places.get(memberName(source, nameFrom, nameTo));
      if (place === undefined) return;
      this.starts[place] = valueFrom;
      this.ends[place] = valueTo;
    });
  }
}

/** The position behind the string that starts at `p`. */
function endOfString(source: Buffer, p: number): number {
  for (p++; source[p] !== QUOTE; p++) if (source[p] === BACKSLASH) p++;
  return p + 1;
}

/** The position behind the value that starts at `p`. */
function endOfValue(source: Buffer, p: number): number {
  const first = source[p];
  if (first === QUOTE) return endOfString(source, p);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    while (source[p] !== COMMA && source[p] !== CLOSE_BRACE && source[p] !== CLOSE_BRACKET) p++;
    return p;
  }
  let depth = 0;
  for (;;) {
    const c = source[p];
    if (c === QUOTE) {
      p = endOfString(source, p);
      continue;
    }
    p++;
    if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (--depth === 0) return p;
    }
  }
}
