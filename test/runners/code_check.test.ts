// Code that can't travel to a worker is refused when the pipeline is built, and code that can is not.
import "../../sdk";
import { create } from "apache-beam/transforms/create";
import { countPerElement, groupBy } from "apache-beam/transforms/group_and_combine";
import { parDo } from "apache-beam/transforms/pardo";
import { withName } from "apache-beam/transforms/transform";
import type { PCollection, Root } from "apache-beam/pvalue";
import { CodeTravelError, createRunner } from "../../runners";

const run = (pipeline: (numbers: PCollection<number>) => unknown): Promise<unknown> =>
  createRunner("sdk-direct").run((root: Root) => {
    pipeline(root.apply(create([1, 2, 3])));
  });

const factor = 3;

test("a lambda that uses a variable from outside is refused, naming the stage, the variable and the way out", async () => {
  const job = run((numbers) => numbers.map(withName("times", (n: number) => n * factor)));
  await expect(job).rejects.toThrow(CodeTravelError);
  await expect(job).rejects.toThrow(/^Stage 'map\(times\)': a function uses 'factor' from outside/);
  await expect(job).rejects.toThrow("Pass what it needs in the context argument, or");
});

test("an imported function is a variable from outside too", async () => {
  await expect(run((numbers) => numbers.map(withName("use", () => createRunner("x"))))).rejects.toThrow(
    "'runners_1'",
  );
});

test("a DoFn written with a method is refused", async () => {
  const doFn = {
    *process(n: number) {
      yield n;
    },
  };
  await expect(run((numbers) => numbers.apply(withName("do", parDo(doFn))))).rejects.toThrow(
    "Stage 'do': a function written as a method can't travel",
  );
});

test("a class that is not registered is refused by its name", async () => {
  class Doubler {
    process = function* (n: number) {
      yield 2 * n;
    };
  }
  await expect(run((numbers) => numbers.apply(withName("double", parDo(new Doubler()))))).rejects.toThrow(
    "The pipeline uses class Doubler, which can't travel to a worker.",
  );
});

test("lambdas that use their arguments, their context, globals and themselves may travel", async () => {
  await run((numbers) =>
    numbers
      .map(withName("arguments", (n: number) => [n].map((m) => Math.max(m, Number.NaN)).length))
      .map(
        withName("context", (n: number, { by }: { by: number }) => n * by),
        { by: factor },
      )
      .map(
        withName("itself", function factorial(n: number): number {
          return n <= 1 ? 1 : n * factorial(n - 1);
        }),
      )
      .flatMap(
        withName("destructured", (n: number) =>
          [{ n, m: undefined }].map(({ n: renamed, ...rest }) => [renamed, rest]),
        ),
      ),
  );
});

test("what the SDK's plugin has compiled may travel", async () => {
  await run((numbers) => numbers.apply(groupBy((n: number) => n % 2)));
  await run((numbers) => numbers.apply(countPerElement<number>()));
});

test("a lambda with what it uses in __closure may travel", async () => {
  const triple = Object.assign((n: number) => n * factor, { __closure: () => ({ factor }) });
  await run((numbers) => numbers.map(withName("triple", triple)));
});

test("an unknown runner is refused with the names of those that there are", () => {
  expect(() => createRunner("toString")).toThrow(
    "Unknown runner 'toString'. The runners are: direct, sdk-direct, flink, spark.",
  );
});
