// Runs a pipeline of a test on the stock direct runner and gives back what a PCollection held.
import "../../sdk";
import type { PCollection, Root } from "apache-beam/pvalue";
import { requireForSerialization } from "apache-beam/serialization";
import { asyncParDo, jsonCoder, type AsyncDoFn } from "../../transforms";
import { createRunner, type Metrics } from "../../runners";

/** What the collectors of running tests have seen, by their names: the direct runner runs in this process. */
const collected = new Map<string, unknown[]>();
let collectors = 0;

class CollectFn implements AsyncDoFn<unknown, never> {
  constructor(readonly name: string) {}
  *process(element: unknown): Generator<never> {
    collected.get(this.name)!.push(element);
    yield* [];
  }
}
requireForSerialization("beam-predict/test/transforms/run", { CollectFn });

/** Runs a pipeline and resolves to the elements of the PCollection that it returns. */
export async function collect<T>(pipeline: (root: Root) => PCollection<T>): Promise<T[]> {
  return (await collectWithMetrics(pipeline)).elements;
}

export async function collectWithMetrics<T>(
  pipeline: (root: Root) => PCollection<T>,
): Promise<{ elements: T[]; metrics: Metrics }> {
  const name = `collector${collectors++}`;
  const elements: unknown[] = [];
  collected.set(name, elements);
  try {
    const metrics = await createRunner("sdk-direct").run((root) =>
      pipeline(root).apply(asyncParDo(new CollectFn(name), jsonCoder<never>())),
    );
    return { elements: elements as T[], metrics };
  } finally {
    collected.delete(name);
  }
}
