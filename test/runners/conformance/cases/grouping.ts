// Grouping by key and combining.
import "../../../../sdk";
import { P, type PCollection } from "apache-beam/pvalue";
import { mean, max, min, sum } from "apache-beam/transforms/combiners";
import { create } from "apache-beam/transforms/create";
import {
  coGroupBy,
  countGlobally,
  countPerElement,
  groupBy,
  groupGlobally,
} from "apache-beam/transforms/group_and_combine";
import { groupByKey } from "apache-beam/transforms/internal";
import { withName } from "apache-beam/transforms/transform";
import { asyncParDo, jsonCoder } from "../../../../transforms";
import { KeyByFn, keyedCoder, named, SortGroupFn, type Group } from "../groups";
import type { UnderTest } from "../under_test";

/** A number and the letter that it is grouped by. */
interface Letter {
  letter: string;
  n: number;
}

const LETTERS: Letter[] = [
  { letter: "a", n: 1 },
  { letter: "b", n: 20 },
  { letter: "a", n: 3 },
  { letter: "", n: -4 },
  { letter: "a", n: 5 },
];

/** Concatenates texts in an order of their own; its accumulators are lists. */
const words = {
  createAccumulator: (): string[] => [],
  addInput: (words: string[], word: string): string[] => [...words, word],
  mergeAccumulators: (all: Iterable<string[]>): string[] => [...all].flat(),
  extractOutput: (words: string[]): string => words.sort().join(" "),
};

export function grouping(on: UnderTest): void {
  describe("grouping", () => {
    test("every value is in the one group of its key, with our coders and with the SDK's", async () => {
      const all = [...Array(1000).keys()];
      const output = await on.collectAll((root) => {
        const input = root.apply(create(all));
        const ours = input.apply(asyncParDo(new KeyByFn(7), keyedCoder<number>())).apply(groupByKey());
        const theirs = input.apply(groupBy((n: number) => n % 7));
        return {
          ours: (ours as PCollection<Group>).apply(
            withName("sort", asyncParDo(new SortGroupFn(), jsonCoder())),
          ),
          theirs: (theirs as unknown as PCollection<Group>).apply(
            withName("sort too", asyncParDo(new SortGroupFn(), jsonCoder())),
          ),
          nothing: input.flatMap(withName("drop", () => [] as number[])).apply(
            withName(
              "nothing",
              groupBy((n: number) => n),
            ),
          ),
        };
      });
      const group = (key: number): number[] => all.filter((n) => n % 7 === key);
      const keys = [...Array(7).keys()];
      expect(output).toEqual({
        ours: keys.map((key) => [String(key), group(key)]),
        theirs: keys.map((key) => [key, group(key)]),
        nothing: [],
      });
    });

    test("combining: per key, globally, several at once, with accumulators of one's own, and of nothing", async () => {
      const output = await on.collectAll((root) => {
        const input = root.apply(create(LETTERS));
        const texts = root.apply(withName("texts", create(["b", "a", "d", "c"])));
        const nothing = input.flatMap(withName("drop", () => [] as Letter[]));
        return {
          perKey: input.apply(named("per key", groupBy<Letter, string>("letter").combining("n", sum, "sum"))),
          atOnce: input.apply(
            named(
              "at once",
              groupBy<Letter, string>("letter")
                .combining("n", mean, "mean")
                .combining("n", max, "max")
                .combining("n", min, "min")
                .combining("n", (a: number, b: number) => a * b, "product"),
            ),
          ),
          globally: input.apply(named("globally", groupGlobally<Letter>().combining("n", sum, "sum"))),
          own: texts.apply(
            named(
              "own",
              groupGlobally<string>().combining((word: string) => word, words, "words"),
            ),
          ),
          counts: texts.apply(named("counts", countPerElement())),
          count: texts.apply(named("count", countGlobally())),
          together: texts
            .apply(named<string, Iterable<string>>("together", groupGlobally<string>()))
            .map(withName("sorted", (all: Iterable<string>) => [...all].sort().join())),
          nothing: nothing.apply(
            named("of nothing", groupBy<Letter, string>("letter").combining("n", sum, "sum")),
          ),
        };
      });
      expect(output).toEqual({
        perKey: [
          { letter: "", sum: -4 },
          { letter: "a", sum: 9 },
          { letter: "b", sum: 20 },
        ],
        atOnce: [
          { letter: "", mean: -4, max: -4, min: -4, product: -4 },
          { letter: "a", mean: 3, max: 5, min: 1, product: 15 },
          { letter: "b", mean: 20, max: 20, min: 20, product: 20 },
        ],
        globally: [{ sum: 25 }],
        own: [{ words: "a b c d" }],
        counts: ["a", "b", "c", "d"].map((element) => ({ element, count: 1 })),
        count: [4],
        together: ["a,b,c,d"],
        nothing: [],
      });
    });

    test("several collections are grouped together", async () => {
      const output = await on.collect((root) => {
        const left = root.apply(withName("left", create([{ id: 1, l: "x" }])));
        const right = root.apply(
          withName(
            "right",
            create([
              { id: 1, r: "y" },
              { id: 2, r: "z" },
            ]),
          ),
        );
        return P({ left, right }).apply(coGroupBy("id"));
      });
      expect(output).toEqual([
        { key: 1, values: { left: [{ id: 1, l: "x" }], right: [{ id: 1, r: "y" }] } },
        { key: 2, values: { left: [], right: [{ id: 2, r: "z" }] } },
      ]);
    });
  });
}
