// The stages that pipelines are cut into: what is done together, what is put down in between, and in which order.
import "../../../sdk";
import { P, type PCollection, type Root } from "apache-beam/pvalue";
import { flatten } from "apache-beam/transforms/flatten";
import { groupBy, groupGlobally } from "apache-beam/transforms/group_and_combine";
import { impulse } from "apache-beam/transforms/internal";
import { sum } from "apache-beam/transforms/combiners";
import { iterableSideInput } from "apache-beam/transforms/pardo";
import { withName } from "apache-beam/transforms/transform";
import { buildPipeline } from "../../../runners/build";
import { borderId } from "../../../runners/direct/plan/borders";
import { describeStage, ROOT_ID } from "../../../runners/direct/plan/descriptor";
import { replaceComposites } from "../../../runners/direct/plan/composites";
import { primitivesOf } from "../../../runners/direct/plan/primitives";
import { planStages, type Stage } from "../../../runners/direct/plan/stages";
import { asyncParDo, jsonCoder } from "../../../transforms";
import { reshuffle } from "../../../transforms/reshuffle";
import { AddAllFn } from "./dofns";

async function stagesOf(builder: (root: Root) => unknown): Promise<Stage[]> {
  const { components } = await buildPipeline(builder);
  return planStages(primitivesOf(replaceComposites(components!)));
}

/** A source without a grouping. */
const source = (root: Root, name = "source"): PCollection<number> =>
  root.apply(withName(name, impulse())).map(withName(`${name} number`, () => 1));

const kinds = (borders: Stage["sinks"]): string[] => borders.map(({ kind }) => kind).sort();
const namesIn = ({ transforms }: Stage): string =>
  transforms.map(({ proto }) => proto.uniqueName.split("/").at(-1)).join(" ");

test("what follows an element without a grouping is one stage", async () => {
  const stages = await stagesOf((root) =>
    source(root)
      .map(withName("one", (n: number) => n + 1))
      .map(withName("two", (n: number) => n + 1)),
  );
  expect(stages).toHaveLength(1);
  expect(namesIn(stages[0])).toContain("map(one) map(two)");
  expect(stages[0].sinks).toEqual([]);
});

test("a grouping ends a stage and begins the next one", async () => {
  const stages = await stagesOf((root) =>
    source(root)
      .apply(groupBy((n: number) => n % 2))
      .map(withName("behind", (group: unknown) => group)),
  );
  expect(stages.map(({ root }) => root.kind)).toEqual(["impulse", "group"]);
  expect(kinds(stages[0].sinks)).toEqual(["group"]);
  expect(stages[1].needs).toEqual(stages[0].sinks.map(borderId));
  expect(namesIn(stages[1])).toBe("map(behind)");
});

test("a reshuffle ends a stage and begins the next one, without a grouping", async () => {
  const stages = await stagesOf((root) =>
    source(root)
      .apply(reshuffle<number>())
      .map(withName("behind", (n: number) => n)),
  );
  expect(stages.map(({ root }) => root.kind)).toEqual(["impulse", "spread"]);
  expect(kinds(stages[0].sinks)).toEqual(["spread"]);
  expect(stages[1].needs).toEqual(stages[0].sinks.map(borderId));
  expect(namesIn(stages[1])).toBe("map(behind)");
});

test("a flatten stands in the stage of each of its inputs, and so does what follows it", async () => {
  const stages = await stagesOf((root) => {
    const [one, two] = ["a", "b"].map((name) => source(root, name));
    return P([one, two])
      .apply(flatten())
      .map(withName("behind", (n: number) => n))
      .apply(groupGlobally());
  });
  expect(stages.map(({ root }) => root.kind)).toEqual(["impulse", "impulse", "group"]);
  for (const stage of stages.slice(0, 2)) expect(namesIn(stage)).toContain("map(behind)");
  expect(stages[0].sinks).toEqual(stages[1].sinks);
});

test("a combine is lifted: accumulators are grouped, not elements", async () => {
  const stages = await stagesOf((root) =>
    source(root).apply(groupBy((n: number) => n % 2).combining((n: number) => n, sum, "total")),
  );
  expect(stages).toHaveLength(2);
  expect(namesIn(stages[0])).toMatch(/precombine$/);
  expect(namesIn(stages[1])).toMatch(/^merge extract/);
});

describe("a ParDo with a side input", () => {
  const add = (main: PCollection<number>, side: PCollection<number>): PCollection<number> =>
    main.apply(asyncParDo(new AddAllFn(), jsonCoder<number>(), { more: iterableSideInput(side) }));

  test("begins a stage that needs the side input whole, even if it comes from the same collection", async () => {
    const stages = await stagesOf((root) => {
      const numbers = source(root);
      return add(numbers, numbers);
    });
    expect(stages.map(({ root }) => root.kind)).toEqual(["impulse", "main"]);
    expect(kinds(stages[0].sinks)).toEqual(["main", "side"]);
    expect([...stages[1].needs].sort()).toEqual(stages[0].sinks.map(borderId).sort());
  });

  test("comes behind another one that makes its side input", async () => {
    const stages = await stagesOf((root) => {
      const numbers = source(root);
      const first = withName("first", (input: PCollection<number>) => add(input, numbers));
      return add(numbers, numbers.apply(first));
    });
    const order = new Map(stages.map((stage, i) => [stage.id, i]));
    expect(stages).toHaveLength(3);
    for (const stage of stages)
      for (const sink of stage.sinks)
        for (const reader of stages.filter(({ needs }) => needs.includes(borderId(sink))))
          expect(order.get(reader.id)).toBeGreaterThan(order.get(stage.id)!);
  });

  test("regression: other readers of what waited for a side input do not get it a second time", async () => {
    const { components } = await buildPipeline((root) => {
      const numbers = source(root);
      return P([numbers, add(numbers, numbers)]).apply(flatten());
    });
    const stages = planStages(primitivesOf(components!));
    const main = stages.find(({ root }) => root.kind === "main")!;
    const { transforms } = describeStage(main, components!);
    const readers = Object.values(transforms).filter(({ inputs }) =>
      Object.values(inputs).includes(transforms[ROOT_ID].outputs.out),
    );
    expect(readers.map(({ spec }) => spec?.urn)).toEqual(["beam:transform:pardo:v1"]);
  });
});
