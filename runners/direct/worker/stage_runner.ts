// The operators of a stage at work on one task after the other.
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import {
  NonPromise,
  type IOperator,
  type OperatorContext,
  type Receiver,
} from "apache-beam/worker/operators";
import path from "node:path";
import { BundleMetrics } from "../../worker/metrics/bundle_metrics";
import { metricsIn, type TaskMetric } from "../metrics";
import { buildOperators } from "../../worker/operator_graph";
import type { Stage } from "../../worker/logging/stage";
import { inStage } from "../../worker/stage_receiver";
import { BundleState } from "../../worker/state/bundle_state";
import { giveTurn } from "../../worker/turns";
import { SegmentReader, SegmentWriter } from "../files/segments";
import type { Task, WorkerSettings, Written } from "../messages";
import { shown, writeTrace } from "../trace";
import { borderId, type Border, type RootBorder } from "../plan/borders";
import { BORDER_URN, ROOT_ID } from "../plan/descriptor";
import { BorderOperator } from "./border_operator";
import { impulse, rootReader, type RootReader } from "./root";
import type { SideInputs } from "./side_inputs";

/** Runs tasks of one stage, one at a time. One that has failed is not used again. */
export class StageRunner {
  private readonly bundle: Stage["bundle"] = { instructionId: "" };
  private readonly metrics = new BundleMetrics();
  private readonly operators: readonly IOperator[];
  private readonly readRoot: RootReader | undefined;
  private receiver!: Receiver;
  private state: BundleState | undefined;
  private task: Task | undefined;
  private writers = new Map<string, SegmentWriter>();

  /** @param root the border that it reads, unless it begins with an impulse */
  constructor(
    private readonly descriptor: ProcessBundleDescriptor,
    root: RootBorder | undefined,
    private readonly settings: WorkerSettings,
    private readonly sideInputs: SideInputs,
  ) {
    this.readRoot = root && rootReader(root, descriptor);
    const { bundle, metrics } = this;
    const getState = (): BundleState => (this.state ??= this.newState());
    this.operators = buildOperators(
      descriptor,
      { bundle, metrics, getState },
      {
        roots: [ROOT_ID],
        make: (id, transform, context) => this.makeEnd(id, transform, context),
      },
    );
  }

  /** Runs a task to its end; what an attempt that failed has written is removed. */
  async run(task: Task): Promise<{ written: Written; metrics: TaskMetric[] }> {
    this.begin(task);
    const reader = new SegmentReader();
    try {
      for (const operator of this.operators.toReversed()) {
        this.note(operator, "the beginning of the bundle.");
        await this.inStageOf(operator, () => operator.startBundle());
      }
      for (const element of this.elements(task, reader)) {
        const result = this.receiver.receive(element);
        if (result !== NonPromise) await result;
        const turn = giveTurn();
        if (turn !== undefined) await turn;
      }
      for (const operator of this.operators) {
        this.note(operator, "the end of the bundle.");
        await this.inStageOf(operator, () => operator.finishBundle());
      }
      const written = Object.fromEntries([...this.writers].map(([id, writer]) => [id, writer.finish()]));
      return { written, metrics: this.counted() };
    } catch (error) {
      for (const writer of this.writers.values()) writer.abandon();
      throw error;
    } finally {
      reader.close();
      this.task = undefined;
    }
  }

  /** What the task that runs has counted so far. */
  counted(): TaskMetric[] {
    return metricsIn(this.metrics);
  }

  private begin(task: Task): void {
    this.task = task;
    this.bundle.instructionId = `task ${task.id}`;
    this.metrics.reset();
    this.state = undefined;
    this.writers = new Map();
    const { traceFile } = task;
    this.bundle.onElement =
      traceFile === undefined
        ? undefined
        : (transform, value) => writeTrace(traceFile, { transform, at: `this element: ${shown(value)}` });
  }

  /** Notes where the bundle is, if it has ended processes before. */
  private note({ transformId: transform }: IOperator, at: string): void {
    const file = this.task?.traceFile;
    if (file !== undefined) writeTrace(file, { transform, at });
  }

  private elements({ id, attempt, input }: Task, reader: SegmentReader) {
    if (input.kind === "impulse") return [impulse()];
    const { folder, groupBudget: budget } = this.settings;
    const file = path.join(folder, `partition-${id}-${attempt}`);
    return this.readRoot!(input.segments, { reader, budget, file });
  }

  private makeEnd(id: string, transform: PTransform, context: OperatorContext): IOperator | undefined {
    if (id === ROOT_ID) {
      this.receiver = context.getReceiver(transform.outputs.out);
      return new RootOperator();
    }
    if (transform.spec?.urn !== BORDER_URN) return undefined;
    return new BorderOperator(id, transform, context, this.settings.partitions, (border) =>
      this.open(border),
    );
  }

  /** The files that the task writes of a border; each has its share of the room. */
  private open(border: Border): SegmentWriter {
    const { folder, partitions, writeBudget } = this.settings;
    const borders = this.operators.filter((operator) => operator instanceof BorderOperator).length;
    const { id, attempt } = this.task!;
    const file = path.join(folder, `border-${id}-${attempt}-${this.writers.size}`);
    const writer = new SegmentWriter(file, border.kind === "side" ? 1 : partitions, writeBudget / borders);
    this.writers.set(borderId(border), writer);
    return writer;
  }

  private newState(): BundleState {
    const { sides } = this.task!;
    return new BundleState(async (key) => this.sideInputs.get(key, this.descriptor, sides));
  }

  private inStageOf(operator: IOperator, work: () => Promise<void>): Promise<void> {
    return inStage({ bundle: this.bundle, transformId: operator.transformId }, work);
  }
}

/** Stands where elements come in; whoever runs the task hands them to what is behind it. */
class RootOperator implements IOperator {
  readonly transformId = ROOT_ID;
  async startBundle(): Promise<void> {}
  process(): never {
    throw new Error("The root of a stage has no input.");
  }
  async finishBundle(): Promise<void> {}
}
