// Hands elements to the operators behind a PCollection, and notes which of them it was that failed.
import "../../sdk";
import type { WindowedValue } from "apache-beam/values";
import {
  NonPromise,
  ProcessResultBuilder,
  type IOperator,
  type ProcessResult,
} from "apache-beam/worker/operators";
import { blame, runIn, type Stage } from "./logging/stage";

/** What stands between the operators of a bundle, in the place of the SDK's Receiver. */
export class StageReceiver {
  private readonly consumers: { operator: IOperator; stage: Stage }[];

  /** @param count the PCollection's counter */
  constructor(
    operators: readonly IOperator[],
    bundle: Stage["bundle"],
    private readonly count: { update: (by: number) => void },
  ) {
    this.consumers = operators.map((operator) => ({
      operator,
      stage: { bundle, transformId: operator.transformId },
    }));
  }

  receive(element: WindowedValue<unknown>): ProcessResult {
    this.count.update(1);
    if (this.consumers.length === 1) return this.hand(this.consumers[0], element);
    const results = new ProcessResultBuilder();
    for (const consumer of this.consumers) results.add(this.hand(consumer, element));
    return results.build();
  }

  private hand({ operator, stage }: { operator: IOperator; stage: Stage }, element: WindowedValue<unknown>) {
    stage.bundle.onElement?.(stage.transformId, element.value);
    return inStage(stage, () => operator.process(element));
  }
}

/** Runs a part of an operator's work as its own: what it logs and what it throws is the transform's. */
export function inStage<Result extends Promise<void> | null>(stage: Stage, work: () => Result): Result {
  try {
    const result = runIn(stage, work);
    return (result === NonPromise ? result : withBlame(result, stage.transformId)) as Result;
  } catch (error) {
    blame(error, stage.transformId);
    throw error;
  }
}

async function withBlame(work: Promise<void>, transformId: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    blame(error, transformId);
    throw error;
  }
}
