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
  /** The names as they stand in a text that escapes nothing it need not. */
  private readonly quoted: readonly Buffer[];

  /** @param names each once */
  constructor(private readonly names: readonly string[]) {
    this.quoted = names.map((name) => Buffer.from(JSON.stringify(name)));
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
  }

  /**
   * Looks at the compact JSON text `source[from..to)`.
   * @returns false when it is no object, which has no fields
   */
  find(source: Buffer, from: number, to: number): boolean {
    this.starts.fill(-1);
    let expected = 0;
    return visitMembers(source, from, to, (nameFrom, nameTo, valueFrom, valueTo) => {
      const place = this.placeOf(source, nameFrom, nameTo, expected);
      if (place < 0) return;
      this.starts[place] = valueFrom;
      this.ends[place] = valueTo;
      expected = place + 1;
    });
  }

  /**
   * The place of a member's name among the names, -1 for another. Bytes are compared, first with the name that comes
   * next in most records: decoding each name took a third of the time of writing columns.
   */
  private placeOf(source: Buffer, nameFrom: number, nameTo: number, expected: number): number {
    const { quoted } = this;
    for (let k = 0; k < quoted.length; k++) {
      const place = (expected + k) % quoted.length;
      if (isEqual(quoted[place], source, nameFrom, nameTo)) return place;
    }
    const isEscaped = source.subarray(nameFrom, nameTo).includes(BACKSLASH);
    return isEscaped ? this.names.indexOf(memberName(source, nameFrom, nameTo)) : -1;
  }
}

function isEqual(name: Buffer, source: Buffer, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== source[from + i]) return false;
  return true;
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
