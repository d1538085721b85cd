// The DoFns that write what they get into shards, and tell the commit of them.
import "../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { Counter } from "apache-beam/transforms/pardo";
import type { KV, WindowedValue } from "apache-beam/values";
import { ByteColumn, type Rows } from "../../storage";
import type { AsyncDoFn } from "../async_pardo";
import { decodePredictionBlock, OUTCOMES, type PredictionBlock } from "../blocks/prediction_block";
import { atEnd } from "../bundle_end";
import { failureLine, type Failure } from "../failure";
import { EXAMPLES, isExceeded, TooManyFailuresError, type MaxFailures } from "../max_failures";
import type { Part } from "./parts";
import { Shard } from "./shard";
import type { OutputTarget } from "./target";

/** Writes what is in a bundle into a shard of its own, which it tells the commit of when the bundle is done. */
abstract class WriteShardFn<ElementT, ContextT> implements AsyncDoFn<ElementT, Part, ContextT> {
  private shard: Shard | undefined;

  constructor(
    readonly target: OutputTarget,
    readonly jobId: string,
  ) {}

  async startBundle(): Promise<void> {
    // A bundle that failed left its shard open.
    await this.shard?.abandon();
    this.shard = undefined;
  }

  abstract process(element: ElementT, context: ContextT): Promise<void>;

  protected abstract part(path: string, rows: number): Part;

  /** Rows that the bundle has written so far. */
  protected get rows(): number {
    return this.shard?.rows ?? 0;
  }

  protected async write(rows: Rows): Promise<void> {
    this.shard ??= await Shard.open(this.target, this.jobId);
    await this.shard.write(rows);
  }

  async *finishBundle(): AsyncGenerator<WindowedValue<Part>> {
    const { shard } = this;
    if (shard === undefined) return;
    this.shard = undefined;
    const path = await shard.close();
    yield atEnd(this.part(path, shard.rows));
  }
}

export interface WriteMetrics {
  rowsWritten: Counter;
}

/** Writes predictions into a shard a bundle. */
export class WritePredictionsFn extends WriteShardFn<PredictionBlock, WriteMetrics> {
  beamName = "writePredictions";
  private outcomes: number[] = [];

  override async startBundle(): Promise<void> {
    await super.startBundle();
    this.outcomes = noOutcomes();
  }

  async process(block: PredictionBlock, metrics: WriteMetrics): Promise<void> {
    await this.write(block);
    countOutcomes(block, this.outcomes);
    metrics.rowsWritten.increment(block.outcomes.length);
  }

  protected part(path: string, rows: number): Part {
    return { of: "output", path, rows, outcomes: this.outcomes };
  }
}

/** Writes the predictions of a key into a shard. */
export class WriteKeyedPredictionsFn implements AsyncDoFn<
  KV<number, Iterable<Uint8Array>>,
  Part,
  WriteMetrics
> {
  beamName = "writeShard";

  constructor(
    readonly target: OutputTarget,
    readonly jobId: string,
  ) {}

  async *process(
    { value: blocks }: KV<number, Iterable<Uint8Array>>,
    metrics: WriteMetrics,
  ): AsyncGenerator<Part> {
    const shard = await Shard.open(this.target, this.jobId);
    const outcomes = noOutcomes();
    try {
      for (const bytes of blocks) {
        const block = decodePredictionBlock(bytes);
        await shard.write(block);
        countOutcomes(block, outcomes);
        metrics.rowsWritten.increment(block.outcomes.length);
      }
    } catch (error) {
      await shard.abandon();
      throw error;
    }
    yield { of: "output", path: await shard.close(), rows: shard.rows, outcomes };
  }
}

function noOutcomes(): number[] {
  return OUTCOMES.map(() => 0);
}

function countOutcomes(block: PredictionBlock, counts: number[]): void {
  for (const outcome of block.outcomes) counts[outcome]++;
}

/** Texts as rows without predictions. */
function lines(texts: Iterable<string>): Rows {
  return { records: ByteColumn.of(texts), predictions: ByteColumn.of([]) };
}

/** Writes failures, a line each. */
export class WriteFailuresFn extends WriteShardFn<Failure[], undefined> {
  beamName = "writeFailures";
  private examples: Failure[] = [];

  constructor(
    target: OutputTarget,
    jobId: string,
    readonly maxFailures: MaxFailures | undefined,
  ) {
    super(target, jobId);
  }

  override async startBundle(): Promise<void> {
    await super.startBundle();
    this.examples = [];
  }

  async process(failures: Failure[]): Promise<void> {
    this.examples.push(...failures.slice(0, EXAMPLES - this.examples.length));
    await this.write(lines(failures.map(failureLine)));
    // A number of lines is known to be too many as soon as one bundle has them: no need to run to the end.
    const { maxFailures, rows, examples } = this;
    if (maxFailures && "lines" in maxFailures && isExceeded(maxFailures, rows, 0)) {
      throw new TooManyFailuresError(maxFailures, rows, undefined, examples);
    }
  }

  protected part(path: string, rows: number): Part {
    return { of: "errors", path, rows, examples: this.examples };
  }
}

/** Writes JSON values, a line each. */
export class WriteJsonFn extends WriteShardFn<unknown, undefined> {
  beamName = "writeJson";

  async process(value: unknown): Promise<void> {
    await this.write(lines([JSON.stringify(value)]));
  }

  protected part(path: string, rows: number): Part {
    return { of: "output", path, rows, outcomes: [] };
  }
}

requireForSerialization("beam-predict/transforms", {
  WritePredictionsFn,
  WriteKeyedPredictionsFn,
  WriteFailuresFn,
  WriteJsonFn,
});
