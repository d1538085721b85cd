// Fields taken out of records: those asked for, in the order asked for, with the tokens that were read.
import fc from "fast-check";
import { ByteColumn } from "../../storage/byte_column";
import { Selection } from "../../storage/formats/selection";
import { choices, meaning, spell, tree } from "../json_texts";

function select(names: readonly string[], ...records: string[]): string[] {
  return new Selection(names).apply(ByteColumn.of(records)).texts();
}

it("has the fields in the order asked for, those that are there, each token as it was", () => {
  expect(
    select(
      ["id", "b", "a"],
      '{"a":5.0,"b":[1,{"a":2}],"c":"}","id":1234567890123456789}',
      '{"c":1}',
      '{"a":1e2}',
      "{}",
    ),
  ).toEqual(['{"id":1234567890123456789,"b":[1,{"a":2}],"a":5.0}', "{}", '{"a":1e2}', "{}"]);
});

it("leaves records that are no objects as they are", () => {
  const records = ["[1,2]", '"a"', "null", "7", '[{"a":1}]'];
  expect(select(["a"], ...records)).toEqual(records);
});

it("takes the last of a field that is repeated, and writes a name that is asked for twice once", () => {
  expect(select(["a", "b", "a"], '{"a":1,"b":2,"a":3}')).toEqual(['{"a":3,"b":2}']);
});

it("finds names by what they mean, and writes them escaped where they need it", () => {
  const names = ['"', "\n", "é", "a"];
  expect(select(names, '{"\\u00e9":1,"\\"":2,"\\u000a":3,"\\u0061":4}')).toEqual([
    '{"\\"":2,"\\n":3,"é":1,"a":4}',
  ]);
});

it("may be empty, of no records or of no fields", () => {
  expect(select(["a"])).toEqual([]);
  expect(select([], '{"a":1}', "[1]")).toEqual(["{}", "[1]"]);
});

it("means what JSON.parse and a new object mean", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(tree, choices)), fc.nat(9), (drawn, pick) => {
      const records = drawn.map(([tree, choices]) => spell(tree, choices));
      const names = drawn.flatMap(([tree]) =>
        tree.kind === "object" ? tree.members.map(([name]) => name) : [],
      );
      const wanted = new Set(names.filter((_, i) => (i * 7 + pick) % 3 > 0));
      const selected = select([...wanted], ...records);
      drawn.forEach(([tree], i) => {
        if (tree.kind !== "object") return expect(selected[i]).toBe(records[i]);
        const members = tree.members.filter(([name]) => wanted.has(name));
        expect(meaning(selected[i])).toBe(meaning(spell({ kind: "object", members }, [1])));
      });
    }),
  );
});
