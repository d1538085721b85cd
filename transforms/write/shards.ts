// The DoFns that write the lines of a bundle into a shard of its own, and tell the commit of it.
import "../../sdk";
import { PaneInfoCoder } from "apache-beam/coders/required_coders";
import { requireForSerialization } from "apache-beam/serialization";
import type { Counter } from "apache-beam/transforms/pardo";
import { GlobalWindow, type KV, type WindowedValue } from "apache-beam/values";
import { copyBytes, StagedOutput, type ShardWriter } from "../../storage";
import type { AsyncDoFn } from "../async_pardo";
import { OUTCOMES, type PredictionBlock } from "../blocks/prediction_block";
import { failureLine, type Failure } from "../failure";
import { EXAMPLES, isExceeded, TooManyFailuresError, type MaxFailures } from "../max_failures";
import { toCommit, type Part } from "./parts";

/** Writes the lines of a bundle into a shard of its own, which it tells the commit of when the bundle is done. */
abstract class WriteShardFn<ElementT, ContextT> implements AsyncDoFn<ElementT, KV<string, Part>, ContextT> {
  protected rows = 0;
  private shard: ShardWriter | undefined;

  constructor(
    readonly target: string,
    readonly jobId: string,
  ) {}

  async startBundle(): Promise<void> {
    // A bundle that failed left its shard open.
    await this.shard?.close();
    this.rows = 0;
    this.shard = undefined;
  }

  abstract process(element: ElementT, context: ContextT): Promise<void>;

  protected abstract part(path: string): Part;

  protected async write(lines: Buffer, rows: number): Promise<void> {
    this.shard ??= await new StagedOutput(this.target, this.jobId).createShard();
    await this.shard.write(lines);
    this.rows += rows;
  }

  async *finishBundle(): AsyncGenerator<WindowedValue<KV<string, Part>>> {
    const { shard } = this;
    if (shard === undefined) return;
    this.shard = undefined;
    await shard.close();
    const window = new GlobalWindow();
    yield {
      value: toCommit(this.part(shard.path)),
      windows: [window],
      timestamp: window.maxTimestamp(),
      pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
    };
  }
}

interface WriteMetrics {
  rowsWritten: Counter;
}

export class WritePredictionsFn extends WriteShardFn<PredictionBlock, WriteMetrics> {
  beamName = "writePredictions";
  private outcomes: number[] = [];

  override async startBundle(): Promise<void> {
    await super.startBundle();
    this.outcomes = OUTCOMES.map(() => 0);
  }

  async process(block: PredictionBlock, metrics: WriteMetrics): Promise<void> {
    await this.write(predictionLines(block), block.records.length);
    for (const outcome of block.outcomes) this.outcomes[outcome]++;
    metrics.rowsWritten.increment(block.records.length);
  }

  protected part(path: string): Part {
    return { of: "output", path, rows: this.rows, outcomes: this.outcomes };
  }
}

/** The lines of a block: record, tab, prediction, line feed. */
function predictionLines({ records, predictions }: PredictionBlock): Buffer {
  const lines = Buffer.allocUnsafe(records.bytes.length + predictions.bytes.length + 2 * records.length);
  let at = 0;
  for (let i = 0; i < records.length; i++) {
    at = copyBytes(records.bytes, records.start(i), records.ends[i], lines, at);
    lines[at++] = 0x09;
    at = copyBytes(predictions.bytes, predictions.start(i), predictions.ends[i], lines, at);
    lines[at++] = 0x0a;
  }
  return lines;
}

export class WriteFailuresFn extends WriteShardFn<Failure[], undefined> {
  beamName = "writeFailures";
  private examples: Failure[] = [];

  constructor(
    target: string,
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
    await this.write(
      Buffer.from(failures.map((failure) => `${failureLine(failure)}\n`).join("")),
      failures.length,
    );
    // A number of lines is known to be too many as soon as one bundle has them: no need to run to the end.
    const { maxFailures, rows, examples } = this;
    if (maxFailures && "lines" in maxFailures && isExceeded(maxFailures, rows, 0)) {
      throw new TooManyFailuresError(maxFailures, rows, undefined, examples);
    }
  }

  protected part(path: string): Part {
    return { of: "errors", path, rows: this.rows, examples: this.examples };
  }
}

/** Writes JSON values, a line each. */
export class WriteJsonFn extends WriteShardFn<unknown, undefined> {
  beamName = "writeJson";

  async process(value: unknown): Promise<void> {
    await this.write(Buffer.from(`${JSON.stringify(value)}\n`), 1);
  }

  protected part(path: string): Part {
    return { of: "output", path, rows: this.rows, outcomes: [] };
  }
}

requireForSerialization("beam-predict/transforms", { WritePredictionsFn, WriteFailuresFn, WriteJsonFn });
