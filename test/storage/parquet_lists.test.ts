// Lists in Parquet: rows go on from page to page, and old writers had other forms of them, which pyarrow no longer writes.
import fc from "fast-check";
import type { SchemaElement, SchemaTree } from "hyparquet";
import { ColumnTexts } from "../../storage/formats/parquet/column_texts";
import { fieldTexts } from "../../storage/formats/parquet/field_texts";
import type { ChunkPages, LeafSchema, Page } from "../../storage/formats/parquet/pages";

/** An entry of a column: its levels, and its value where it has one. */
type Entry = readonly [repetition: number, definition: number, value?: number];

/** A column of these entries, with a new page before each of the places in `cuts`. */
function columnOf(
  entries: readonly Entry[],
  maxDefinition: number,
  cuts: readonly number[] = [],
): ColumnTexts {
  const places = [0, ...cuts, entries.length].sort((a, b) => a - b);
  const pages = places.slice(1).map((end, i): Page => {
    const part = entries.slice(places[i], end);
    return {
      count: part.length,
      repetitions: Uint8Array.from(part, ([repetition]) => repetition),
      definitions: Uint8Array.from(part, ([, definition]) => definition),
      values: part.flatMap(([, definition, value]) => (definition === maxDefinition ? [value] : [])),
    };
  });
  const chunk = {
    next: async () => Promise.resolve(pages.shift()),
    damaged: (reason: string) => new Error(reason),
  };
  const leaf: LeafSchema = { name: "x", path: [], maxDefinition, maxRepetition: 1 };
  return new ColumnTexts(chunk as unknown as ChunkPages, leaf, { text: String, isString: false });
}

function node(element: SchemaElement, ...children: SchemaTree[]): SchemaTree {
  return { element, children, count: 1, path: [] };
}

const REPEATED = { repetition_type: "REPEATED" } as const;
const REQUIRED = { repetition_type: "REQUIRED" } as const;
const OPTIONAL = { repetition_type: "OPTIONAL" } as const;
const LIST = { name: "x", ...OPTIONAL, converted_type: "LIST" } as const;

async function textsOf(
  field: SchemaTree,
  columns: readonly ColumnTexts[],
  counts: readonly number[],
): Promise<string[]> {
  const left = [...columns];
  const next = fieldTexts(field, () => ({ column: left.shift()!, isString: false }));
  const texts: string[] = [];
  for (const count of counts) {
    for (const column of columns) await column.prepare(count);
    for (let i = 0; i < count; i++) texts.push(next());
  }
  return texts;
}

describe("lists", () => {
  const field = node(
    LIST,
    node({ name: "list", ...REPEATED }, node({ name: "element", ...OPTIONAL, type: "INT32" })),
  );
  const list = fc.option(fc.array(fc.option(fc.nat(9)), { maxLength: 5 }));

  function entriesOf(list: readonly (number | null)[] | null): Entry[] {
    if (list === null) return [[0, 0]];
    if (list.length === 0) return [[0, 1]];
    return list.map((value, i) => [i === 0 ? 0 : 1, value === null ? 2 : 3, value ?? undefined]);
  }

  it("go on from one page to the next, wherever pages and batches end", async () => {
    const cuts = fc.array(fc.nat(100), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(list, { maxLength: 20 }),
        cuts,
        fc.integer({ min: 1, max: 7 }),
        async (lists, cuts, step) => {
          const entries = lists.flatMap(entriesOf);
          const column = columnOf(
            entries,
            3,
            cuts.map((cut) => cut % (entries.length + 1)),
          );
          const counts: number[] = [];
          for (let done = 0; done < lists.length; done += step)
            counts.push(Math.min(step, lists.length - done));
          expect(await textsOf(field, [column], counts)).toEqual(lists.map((list) => JSON.stringify(list)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("that end too early are told", async () => {
    await expect(columnOf([[0, 0]], 3).prepare(2)).rejects.toThrow("it has fewer rows than others");
  });
});

describe("older forms of lists", () => {
  it("a repeated value within the list is the item", async () => {
    const field = node(LIST, node({ name: "element", ...REPEATED, type: "INT32" }));
    const column = columnOf(
      [
        [0, 2, 1],
        [1, 2, 2],
        [0, 1],
        [0, 0],
      ],
      2,
    );
    expect(await textsOf(field, [column], [3])).toEqual(["[1,2]", "[]", "null"]);
  });

  it("a repeated group of several fields is the item", async () => {
    const fields = ["a", "b"].map((name) => node({ name, ...REQUIRED, type: "INT32" }));
    const field = node(LIST, node({ name: "element", ...REPEATED }, ...fields));
    const columns = [
      columnOf(
        [
          [0, 2, 1],
          [1, 2, 3],
          [0, 1],
        ],
        2,
      ),
      columnOf(
        [
          [0, 2, 2],
          [1, 2, 4],
          [0, 1],
        ],
        2,
      ),
    ];
    expect(await textsOf(field, columns, [1, 1])).toEqual(['[{"a":1,"b":2},{"a":3,"b":4}]', "[]"]);
  });

  it.each(["array", "x_tuple"])(
    "a repeated group of one field is the item when it is called %s",
    async (name) => {
      const field = node(LIST, node({ name, ...REPEATED }, node({ name: "a", ...REQUIRED, type: "INT32" })));
      const column = columnOf(
        [
          [0, 2, 1],
          [1, 2, 2],
          [0, 0],
        ],
        2,
      );
      expect(await textsOf(field, [column], [2])).toEqual(['[{"a":1},{"a":2}]', "null"]);
    },
  );

  it("a repeated field outside of any list is a list", async () => {
    const column = columnOf(
      [
        [0, 1, 1],
        [1, 1, 2],
        [0, 0],
      ],
      1,
    );
    const field = node({ name: "x", ...REPEATED, type: "INT32" });
    expect(await textsOf(field, [column], [2])).toEqual(["[1,2]", "[]"]);
  });
});
