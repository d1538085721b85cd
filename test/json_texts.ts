// Random JSON values, the many ways to spell each (key order, escapes, white space, numbers), and what a text means.
import fc from "fast-check";

/** A value whose spelling is left open. A number is `digits` times a power of ten; keys differ. */
export type Tree =
  | { kind: "word"; word: "true" | "false" | "null" }
  | { kind: "number"; negative: boolean; digits: bigint; exponent: bigint }
  | { kind: "string"; text: string }
  | { kind: "array"; items: Tree[] }
  | { kind: "object"; members: [key: string, value: Tree][] };

/** Few enough that two random strings are often equal, with what escapes are needed or allowed for. */
const text = fc
  .array(
    fc.constantFrom("a", "A", "é", "€", "😀", "/", '"', "\\", "\n", "\u0001", "\u007f", "\u2028", "\ud83d"),
    {
      maxLength: 3,
    },
  )
  .map((units) => units.join(""));

const number = fc.record({
  kind: fc.constant("number" as const),
  negative: fc.boolean(),
  digits: fc.oneof(
    fc.bigInt(0n, 12n),
    fc.bigInt(9007199254740990n, 9007199254740999n),
    fc.bigInt(0n, 10n ** 30n),
  ),
  exponent: fc.oneof(fc.bigInt(-2n, 2n), fc.bigInt(-(10n ** 11n), 10n ** 11n)),
});

export const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant("word" as const),
      word: fc.constantFrom("true" as const, "false" as const, "null" as const),
    }),
    number,
    fc.record({ kind: fc.constant("string" as const), text }),
    fc.record({ kind: fc.constant("array" as const), items: fc.array(tie("tree"), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant("object" as const),
      members: fc.uniqueArray(fc.tuple(text, tie("tree")), { maxLength: 4, selector: ([key]) => key }),
    }),
  ),
}));

/** What decides between spellings: numbers that are used one after the other, again and again. */
export const choices = fc.array(fc.nat(999), { minLength: 1, maxLength: 30 });

/** The text of a tree, spelled as the choices say, without white space. */
export function spell(tree: Tree, choices: readonly number[]): string {
  let next = 0;
  const choose = (n: number): number => choices[next++ % choices.length] % n;
  const value = (tree: Tree): string => {
    switch (tree.kind) {
      case "word":
        return tree.word;
      case "number":
        return (tree.negative ? "-" : "") + spellNumber(tree.digits, tree.exponent, choose);
      case "string":
        return spellString(tree.text, choose);
      case "array":
        return `[${tree.items.map(value).join(",")}]`;
      case "object": {
        const members = tree.members.map(([key, item]) => `${spellString(key, choose)}:${value(item)}`);
        if (choose(2) === 1) members.reverse();
        members.push(...members.splice(0, choose(4)));
        // An earlier member of the same name does not count.
        if (tree.members.length > 0 && choose(3) === 0)
          members.unshift(`${spellString(tree.members[0][0], choose)}:[0]`);
        return `{${members.join(",")}}`;
      }
    }
  };
  return value(tree);
}

function spellNumber(digits: bigint, exponent: bigint, choose: (n: number) => number): string {
  const zeros = choose(3);
  const coefficient = `${digits * 10n ** BigInt(zeros)}`;
  const places = choose(coefficient.length + 3);
  const padded = coefficient.padStart(places + 1, "0");
  const point = padded.length - places;
  const text = places === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`;
  const scale = exponent + BigInt(places - zeros);
  if (scale === 0n && choose(2) === 0) return text;
  const sign = scale < 0n ? "-" : ["", "+"][choose(2)];
  return `${text}${"eE"[choose(2)]}${sign}${"0".repeat(choose(3))}${scale < 0n ? -scale : scale}`;
}

function spellString(text: string, choose: (n: number) => number): string {
  const characters = Array.from(text, (character) => {
    const upper = choose(2) === 1;
    const escapes = character.split("").map((unit) => {
      const hex = unit.charCodeAt(0).toString(16).padStart(4, "0");
      return `\\u${upper ? hex.toUpperCase() : hex}`;
    });
    if (choose(3) === 0) return escapes.join("");
    if (character === "/" && choose(2) === 0) return "\\/";
    return JSON.stringify(character).slice(1, -1);
  });
  return `"${characters.join("")}"`;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^{}[\]:,"\s]+/gs;

/** The tokens of a JSON text. */
export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

const SPACES = ["", "", " ", "\n", "\t", "\r\n", "  \t "];

/** Puts white space around the tokens of a text. */
export function spread(text: string, choices: readonly number[]): string {
  const space = (i: number): string => SPACES[choices[i % choices.length] % SPACES.length];
  return (
    tokensOf(text)
      .map((token, i) => space(i) + token)
      .join("") + space(choices.length - 1)
  );
}

type Plain = null | boolean | string | Plain[] | { [key: string]: Plain };

/** What a text means, as a text: numbers are normal, members sorted, and JSON.parse has done the rest. */
export function meaning(text: string): string {
  // Numbers become strings too; a first letter tells them from strings, and keeps keys from being indices.
  const marked = tokensOf(text).map((token) => {
    if (token.startsWith('"')) return `"s${token.slice(1)}`;
    return /^[-\d]/.test(token) ? `"n${normal(token)}"` : token;
  });
  return JSON.stringify(sorted(JSON.parse(marked.join("")) as Plain));
}

function normal(number: string): string {
  const [, sign, whole, fraction = "", scale = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(number) ?? [];
  let digits = BigInt(whole + fraction);
  let exponent = BigInt(scale.replace("+", "")) - BigInt(fraction.length);
  if (digits === 0n) return "0";
  while (digits % 10n === 0n) {
    digits /= 10n;
    exponent++;
  }
  return `${sign}${digits}e${exponent}`;
}

function sorted(value: Plain): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value).sort();
  return { keys, values: keys.map((key) => sorted(value[key])) };
}
