// JSON values whose equality is known by how they were made, and the many ways to write each of them.
import fc from "fast-check";

/** A JSON value in which numbers are decimal: `digits` × 10^`exponent`. */
export type Value =
  | { kind: "number"; digits: bigint; exponent: number }
  | { kind: "string"; text: string }
  | { kind: "literal"; word: "true" | "false" | "null" }
  | { kind: "array"; items: Value[] }
  | { kind: "object"; members: [string, Value][] };

/** Names and strings from a small set, so that equal values turn up often. */
const shortText = fc.oneof(
  fc.constantFrom("", "a", "b", "id", "\u0001", "é", "😀", '"\\/'),
  fc.string({ maxLength: 3 }),
);

export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      kind: fc.constant("number" as const),
      digits: fc.oneof(fc.bigInt(-20n, 20n), fc.constantFrom(1234567890123456789n, 1234567890123456788n)),
      exponent: fc.integer({ min: -3, max: 3 }),
    }),
    fc.record({ kind: fc.constant("string" as const), text: shortText }),
    fc.record({ kind: fc.constant("literal" as const), word: fc.constantFrom("true", "false", "null") }),
    fc.record({ kind: fc.constant("array" as const), items: fc.array(tie("value"), { maxLength: 3 }) }),
    fc
      .uniqueArray(fc.tuple(shortText, tie("value")), { maxLength: 3, selector: ([name]) => name })
      .map((members) => ({ kind: "object" as const, members })),
  ),
})).value;

/** A text that is the same for equal values alone: the reference that the canonical form is held against. */
export function identity(value: Value): string {
  switch (value.kind) {
    case "number": {
      let { digits, exponent } = value;
      if (digits === 0n) return "0";
      for (; digits % 10n === 0n; digits /= 10n) exponent++;
      return `${digits}e${exponent}`;
    }
    case "string":
      return JSON.stringify(value.text);
    case "literal":
      return value.word;
    case "array":
      return `[${value.items.map(identity).join()}]`;
    case "object":
      return `{${value.members
        .map(([name, member]) => `${JSON.stringify(name)}:${identity(member)}`)
        .sort()
        .join()}}`;
  }
}

/** One way to write a value: its tokens, of which no two need white space between them. */
export function tokens(value: Value, choose: (options: number) => number): string[] {
  switch (value.kind) {
    case "number":
      return [numberText(value.digits, value.exponent, choose)];
    case "string":
      return [stringText(value.text, choose)];
    case "literal":
      return [value.word];
    case "array":
      return [
        "[",
        ...value.items.flatMap((item, i) => [...(i > 0 ? [","] : []), ...tokens(item, choose)]),
        "]",
      ];
    case "object": {
      const members = [...value.members];
      for (let i = members.length - 1; i > 0; i--) {
        const j = choose(i + 1);
        [members[i], members[j]] = [members[j], members[i]];
      }
      return [
        "{",
        ...members.flatMap(([name, member], i) => [
          ...(i > 0 ? [","] : []),
          stringText(name, choose),
          ":",
          ...tokens(member, choose),
        ]),
        "}",
      ];
    }
  }
}

function numberText(digits: bigint, exponent: number, choose: (options: number) => number): string {
  const sign = digits < 0n ? "-" : "";
  const whole = (digits < 0n ? -digits : digits).toString();
  if (choose(2) === 0)
    return `${sign}${whole}${["e", "E"][choose(2)]}${exponent >= 0 ? ["", "+"][choose(2)] : ""}${exponent}`;
  const zeros = "0".repeat(choose(3));
  if (exponent >= 0) {
    const scaled = whole === "0" ? "0" : whole + "0".repeat(exponent);
    return `${sign}${scaled}${choose(2) === 0 ? "" : `.0${zeros}`}`;
  }
  const padded = whole.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}${zeros}`;
}

function stringText(text: string, choose: (options: number) => number): string {
  const plain = JSON.stringify(text);
  if (choose(2) === 0) return plain;
  const units = Array.from({ length: text.length }, (_, i) =>
    text.charCodeAt(i).toString(16).padStart(4, "0"),
  );
  return `"${units.map((unit) => `\\u${choose(2) === 0 ? unit : unit.toUpperCase()}`).join("")}"`;
}
