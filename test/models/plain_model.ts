// Small models in plain TypeScript, without ONNX: one that adds two numbers, and ones that do it badly on purpose.
import { setImmediate } from "node:timers/promises";
import { MLModel } from "../../models";

export interface PlainInput {
  a: number;
  b: number;
  /** Whatever tells one record from another; the model does not look at it. */
  id?: string | number;
}

export interface PlainOutput {
  sum: number;
}

/** Adds two numbers. */
export class PlainModel extends MLModel<PlainInput, PlainOutput> {
  readonly displayName: string = "Plain Model";
  readonly qualifiedName: string = "plain_model";
  readonly description: string = "Adds two numbers.";
  readonly majorVersion = 1;
  readonly minorVersion = 2;
  readonly inputSchema = {
    type: "object",
    properties: { a: { type: "number" }, b: { type: "number" }, id: { type: ["string", "number"] } },
    required: ["a", "b"],
    additionalProperties: false,
  };
  readonly outputSchema = {
    type: "object",
    properties: { sum: { type: "number" } },
    required: ["sum"],
    additionalProperties: false,
  };

  protected infer({ a, b }: PlainInput): PlainOutput | Promise<PlainOutput> {
    return { sum: a + b };
  }
}

/** Adds two numbers, and answers later. */
export class AsyncModel extends PlainModel {
  override readonly qualifiedName = "async_model";

  protected override async infer(input: PlainInput): Promise<PlainOutput> {
    await setImmediate();
    return super.infer(input);
  }
}

/** The value of `a` that poisons `PoisonModel` and `BatchPoisonModel`. */
export const POISON = 13;

/** Throws when `a` is 13. */
export class PoisonModel extends PlainModel {
  override readonly qualifiedName: string = "poison_model";

  protected override infer(input: PlainInput): PlainOutput | Promise<PlainOutput> {
    if (input.a === POISON) throw new Error(`${POISON} is poison`);
    return super.infer(input);
  }
}

/** Predicts a batch at once, and throws the batch away when one `a` in it is 13. */
export class BatchPoisonModel extends PoisonModel {
  override readonly qualifiedName = "batch_poison_model";
  /** The sizes of the batches that it was given. */
  readonly batches: number[] = [];

  protected override async inferBatch(inputs: readonly PlainInput[]): Promise<PlainOutput[]> {
    this.batches.push(inputs.length);
    if (inputs.some(({ a }) => a === POISON)) throw new Error(`${POISON} is poison`);
    return inputs.map(({ a, b }) => ({ sum: a + b }));
  }
}

/** Answers what its output schema forbids: when `a` is 1 NaN, 2 a text, 3 nothing, 4 more than the sum. */
export class WrongModel extends PlainModel {
  override readonly qualifiedName = "wrong_model";

  protected override infer(input: PlainInput): PlainOutput | Promise<PlainOutput> {
    const wrong: unknown[] = [{ sum: NaN }, { sum: "3" }, undefined, { sum: 5, difference: 3 }];
    return input.a >= 1 && input.a <= 4 ? (wrong[input.a - 1] as PlainOutput) : super.infer(input);
  }
}

/** Its weights are gone. */
export class UnloadableModel extends PlainModel {
  override readonly qualifiedName = "unloadable_model";

  protected override async load(): Promise<void> {
    throw new Error("the weights are gone");
  }
}
