// Gives the tasks of a job to worker processes until all are done, and tries again those whose worker has died.
import path from "node:path";
import { MetricSums, type TaskMetric } from "./metrics";
import type { Metrics } from "../runner";
import { WorkerDiedError } from "./errors";
import { JobState } from "./job_state";
import type { FromWorker, Note, StageMessage, Task, TaskInput, ToWorker } from "./messages";
import type { Stage } from "./plan/stages";
import { readTrace } from "./trace";
import { WorkerProcess } from "./worker_process";

/** A bundle that has ended so many processes is not tried again, and no other process started after so many that never got ready. */
const MAX_DEATHS = 3;

export interface SchedulerOptions {
  readonly stages: readonly Stage[];
  /** What workers are told of a stage. */
  describe: (stage: Stage) => StageMessage;
  readonly begin: Extract<ToWorker, { kind: "begin" }>;
  /** Most worker processes at a time. */
  readonly workers: number;
  /** Called with all that was counted so far, whenever there is more. */
  onMetrics?: (metrics: Metrics) => void;
  /** Makes the error of a task that has failed. */
  explain: (failure: Extract<FromWorker, { kind: "failed" }>) => Error;
}

interface Pending {
  readonly stage: Stage;
  readonly input: TaskInput;
  readonly attempt: number;
}

/** One job, from its first task to its last. */
export class Scheduler {
  private readonly state: JobState;
  private readonly queue: Pending[] = [];
  private readonly workers = new Set<WorkerProcess>();
  /** The tasks that are under way, with what they are. */
  private readonly running = new Map<number, Pending>();
  /** What was counted by tasks that are done, and so far by those under way. */
  private readonly counted = new MetricSums();
  private readonly counting = new Map<number, readonly TaskMetric[]>();
  /** What bundles that are done have left. */
  private readonly notes: Note[] = [];
  private nextTask = 0;
  /** How many workers have ended before they were ready, since the last one that was. */
  private falseStarts = 0;
  private resolve!: () => void;
  private reject!: (error: unknown) => void;
  private readonly ended = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  /** @param first a worker that was started before it was known what there is to do */
  constructor(
    private readonly options: SchedulerOptions,
    first: WorkerProcess,
  ) {
    this.state = new JobState(options.stages);
    this.ended.catch(() => undefined);
    this.addWorker(first);
  }

  /**
   * Runs the job.
   * @returns what was counted
   * @throws what made it fail
   */
  async run(): Promise<MetricSums> {
    this.schedule();
    await this.ended;
    return this.counted;
  }

  /** Ends every worker; `run` does not go on. */
  async stop(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.stop()));
  }

  private schedule(): void {
    for (const { stage, inputs } of this.state.begin())
      for (const input of inputs) this.queue.push({ stage, input, attempt: 0 });
    if (this.state.isDone) return this.resolve();
    this.startAll((worker) => worker.tasks.length === 0, 0);
    // Two milliseconds go by between a task's end and the next one's start: so long as there is enough for all, one waits with each worker.
    this.startAll((worker) => worker.tasks.length === 1, this.options.workers);
    // Those that are not ready yet take what is left by then: a small job does not wait for them.
    const coming = [...this.workers].filter(({ isReady }) => !isReady).length;
    const room = this.options.workers - this.workers.size;
    for (let i = 0; i < Math.min(room, this.queue.length - coming); i++) this.addWorker();
  }

  /** Gives tasks to some of the workers that are ready, as long as more than so many are left. */
  private startAll(isFree: (worker: WorkerProcess) => boolean, left: number): void {
    const free = [...this.workers].filter((worker) => worker.isReady && isFree(worker));
    while (this.queue.length > left && free.length > 0) this.start(free.pop()!, this.queue.shift()!);
  }

  private start(worker: WorkerProcess, pending: Pending): void {
    const { stage, input, attempt } = pending;
    const id = this.nextTask++;
    this.running.set(id, pending);
    // The last try says what it was at.
    const isLast = attempt === MAX_DEATHS - 1;
    const traceFile = isLast ? path.join(this.options.begin.settings.folder, `trace-${id}`) : undefined;
    const sides = this.state.sidesOf(stage);
    const task: Task = { id, stage: stage.id, attempt, input, sides, traceFile };
    worker.start(task, this.options.describe(stage));
  }

  private addWorker(worker = new WorkerProcess()): WorkerProcess {
    this.workers.add(worker);
    worker.begin(this.options.begin, {
      onMessage: (message) => this.hear(worker, message),
      onDeath: (how) => this.bury(worker, how),
    });
    return worker;
  }

  private hear(worker: WorkerProcess, message: FromWorker): void {
    if (message.kind === "failed") return this.reject(this.options.explain(message));
    if (message.kind === "ready") {
      worker.isReady = true;
      this.falseStarts = 0;
      worker.hear(this.notes);
      return this.schedule();
    }
    const pending = this.running.get(message.task);
    if (pending === undefined) return;
    if (message.kind === "progress") {
      this.counting.set(message.task, message.metrics);
    } else {
      this.counting.delete(message.task);
      this.running.delete(message.task);
      worker.tasks.shift();
      this.counted.add(message.metrics);
      this.spread(message.notes, worker);
      this.state.taskDone(pending.stage, message.written);
      this.schedule();
    }
    this.options.onMetrics?.(this.counted.counters(this.counting.values()));
  }

  private spread(notes: readonly Note[], from: WorkerProcess): void {
    this.notes.push(...notes);
    for (const worker of this.workers) if (worker !== from && worker.isReady) worker.hear(notes);
  }

  private bury(worker: WorkerProcess, how: string): void {
    this.workers.delete(worker);
    const { isReady } = worker;
    const [task, ...waiting] = worker.tasks;
    for (const { id } of waiting) {
      this.queue.unshift(this.running.get(id)!);
      this.running.delete(id);
    }
    const pending = task && this.running.get(task.id);
    if (!isReady) {
      // Something may have killed it. Where none can be, the next ones end in the same way.
      this.falseStarts++;
      if (this.falseStarts === MAX_DEATHS) return this.reject(falseStartError(how));
    } else if (task !== undefined && pending !== undefined) {
      this.running.delete(task.id);
      this.counting.delete(task.id);
      const deaths = pending.attempt + 1;
      if (deaths === MAX_DEATHS) return this.reject(deathError(pending, how, task.traceFile));
      this.queue.unshift({ ...pending, attempt: deaths });
    }
    this.schedule();
  }
}

function falseStartError(how: string): WorkerDiedError {
  return new WorkerDiedError(`${MAX_DEATHS} worker processes ended (${how}) before their first task.`);
}

function deathError(
  { stage: { id, transforms } }: Pending,
  how: string,
  traceFile: string | undefined,
): WorkerDiedError {
  const nameOf = (transform: string): string | undefined =>
    transforms.find((one) => one.id === transform)?.proto.uniqueName;
  const names = transforms.map((one) => nameOf(one.id));
  const last = readTrace(traceFile);
  const whole = names.length === 0 ? id : names.length === 1 ? names[0] : `${names[0]} ... ${names.at(-1)}`;
  return new WorkerDiedError(
    `${MAX_DEATHS} worker processes ended (${how}) at the same bundle, in the stage '${nameOf(last?.transform ?? "") ?? whole}'.` +
      (last === undefined ? "" : ` They were at ${last.at}`),
  );
}
