// Members of objects found in their text: the same that JSON.parse finds, wherever the text lies, whatever is in strings.
import fc from "fast-check";
import { FieldFinder, memberName, visitMembers } from "../../storage/json/members";
import { choices, spell, tree } from "../json_texts";

const objects = tree.filter(({ kind }) => kind === "object");
const padding = fc.uint8Array({ maxLength: 9 });

/** Each member as its name, decoded, its name as it is spelled, and the text of its value. */
type Member = [name: string, spelled: string, value: string];

function membersOf(
  text: string,
  before: Uint8Array = Buffer.alloc(0),
  behind = before,
): Member[] | undefined {
  const bytes = Buffer.from(text);
  const source = Buffer.concat([before, bytes, behind]);
  const members: Member[] = [];
  const isObject = visitMembers(
    source,
    before.length,
    before.length + bytes.length,
    (nameFrom, nameTo, valueFrom, valueTo) => {
      members.push([
        memberName(source, nameFrom, nameTo),
        source.toString("utf8", nameFrom, nameTo),
        source.toString("utf8", valueFrom, valueTo),
      ]);
    },
  );
  if (!isObject) expect(members).toEqual([]);
  return isObject ? members : undefined;
}

function valuesOf(text: string, names: string[]): (string | undefined)[] | undefined {
  const source = Buffer.from(`]}${text},"`);
  const finder = new FieldFinder(names);
  if (!finder.find(source, 2, source.length - 2)) return undefined;
  return names.map((_, i) =>
    finder.starts[i] < 0 ? undefined : source.toString("utf8", finder.starts[i], finder.ends[i]),
  );
}

describe("the members of an object", () => {
  it("are JSON.parse's entries, and together the whole text", () => {
    fc.assert(
      fc.property(objects, choices, padding, padding, (object, choices, before, behind) => {
        const text = spell(object, choices);
        const members = membersOf(text, before, behind)!;
        expect(`{${members.map(([, spelled, value]) => `${spelled}:${value}`).join(",")}}`).toBe(text);
        const last = new Map(members.map(([name, , value]) => [name, JSON.parse(value) as unknown]));
        expect(last).toEqual(new Map(Object.entries(JSON.parse(text) as object)));
      }),
      { numRuns: 500 },
    );
  });

  it("are none of an empty object", () => {
    expect(membersOf("{}", Buffer.from('{"a":1,'))).toEqual([]);
  });

  it.each(["[]", '[{"a":1}]', '"{}"', '"{\\"a\\":1}"', "1", "-0.5e3", "true", "false", "null"])(
    "are not looked for in %s",
    (text) => {
      expect(membersOf(text)).toBeUndefined();
      expect(valuesOf(text, ["a"])).toBeUndefined();
    },
  );

  it.each([
    '"}"',
    '"{"',
    '"]"',
    '"["',
    '","',
    '":"',
    '"\\""',
    '"\\\\"',
    '"\\\\\\""',
    '"\\"}]"',
    '""',
    '"é€😀"',
  ])("may hold the string %s, as name or value, nested or not", (text) => {
    const name = JSON.parse(text) as string;
    expect(membersOf(`{${text}:${text},"b":1}`)).toEqual([
      [name, text, text],
      ["b", '"b"', "1"],
    ]);
    const nested = `[{${text}:[${text}]},${text}]`;
    expect(membersOf(`{"a":${nested},"b":{${text}:{}}}`)).toEqual([
      ["a", '"a"', nested],
      ["b", '"b"', `{${text}:{}}`],
    ]);
  });

  it("have names that are decoded", () => {
    expect(
      membersOf('{"\\u0061":1,"\\ud83d\\ude00":2,"\\n\\/":3,"\\ud83d":4}')!.map(([name]) => name),
    ).toEqual(["a", "😀", "\n/", "\ud83d"]);
  });

  it("come in their order, repeated ones too", () => {
    expect(
      membersOf('{"b":1,"a":[],"b":{"b":2},"2":3,"1":4}')!.map(([name, , value]) => name + value),
    ).toEqual(["b1", "a[]", 'b{"b":2}', "23", "14"]);
  });
});

describe("a field finder", () => {
  it("finds JSON.parse's values of the fields that are there", () => {
    fc.assert(
      fc.property(objects, choices, fc.array(fc.string({ maxLength: 2 })), (object, choices, others) => {
        if (object.kind !== "object") throw new Error("no object");
        const text = spell(object, choices);
        const parsed = new Map(Object.entries(JSON.parse(text) as object));
        const names = [...new Set([...others, ...object.members.map(([name]) => name).reverse()])];
        const found = valuesOf(text, names)!;
        names.forEach((name, i) => {
          expect(found[i] !== undefined).toBe(parsed.has(name));
          if (found[i] !== undefined) expect(JSON.parse(found[i])).toEqual(parsed.get(name));
        });
      }),
    );
  });

  it("takes the last of several, by what their names mean", () => {
    expect(valuesOf('{"a":1,"b":{"a":4},"\\u0061":2}', ["b", "a"])).toEqual(['{"a":4}', "2"]);
  });

  it("keeps nothing of the object before", () => {
    const source = Buffer.from('{"a":1}{"b":2}[]');
    const finder = new FieldFinder(["a", "b"]);
    expect(finder.find(source, 0, 7)).toBe(true);
    expect([...finder.starts]).toEqual([5, -1]);
    expect(finder.find(source, 7, 14)).toBe(true);
    expect([...finder.starts]).toEqual([-1, 12]);
    expect(finder.find(source, 14, 16)).toBe(false);
    expect([...finder.starts]).toEqual([-1, -1]);
  });
});
