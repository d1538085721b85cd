// A worker process as the runner sees it: it works at one task at a time, and may die of it.
import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import { WORKER_NODE_OPTIONS } from "../worker/node_options";
import type { FromWorker, Note, StageMessage, Task, ToWorker } from "./messages";

const MAIN = path.join(__dirname, "worker", "main.js");

/** What the runner hears of a worker. */
export interface WorkerListener {
  onMessage: (message: FromWorker) => void;
  /** It has ended; what it was at is lost. */
  onDeath: (how: string) => void;
}

export class WorkerProcess {
  /** The task that it is at, and those that wait behind it. */
  readonly tasks: Task[] = [];
  /** Whether it can take one. */
  isReady = false;
  private readonly process: ChildProcess;
  private readonly knownStages = new Set<string>();
  private readonly exited: Promise<void>;
  private isStopping = false;
  private listener: WorkerListener | undefined;
  /** How it ended, before anybody listened. */
  private death: string | undefined;

  /**
   * Starts it: it gets ready while whoever started it finds out what there is to do.
   * @param modules which it loads in the meantime
   */
  constructor(modules: readonly string[] = []) {
    this.process = fork(MAIN, modules, {
      // V8's own serialization: buffers are copied, not written as JSON.
      serialization: "advanced",
      execArgv: [...WORKER_NODE_OPTIONS],
      env: process.env,
      // What DoFns print is the user's to see.
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.exited = new Promise((resolve) => {
      this.process.once("exit", (code, signal) => {
        resolve();
        this.death = signal ?? `exit status ${code}`;
        if (!this.isStopping) this.listener?.onDeath(this.death);
      });
    });
    this.process.on("message", (message) => this.listener?.onMessage(message as FromWorker));
    // A send to a process that has just died; its exit is told too.
    this.process.on("error", () => undefined);
  }

  /** Says what job it works for, and listens to it from now on. */
  begin(begin: Extract<ToWorker, { kind: "begin" }>, listener: WorkerListener): void {
    this.listener = listener;
    if (this.death !== undefined) listener.onDeath(this.death);
    else this.tell(begin);
  }

  /** Lets this process end without it, which then ends too; `ref` takes that back. */
  unref(): void {
    this.process.unref();
    this.process.channel?.unref();
  }

  ref(): void {
    this.process.ref();
    this.process.channel?.ref();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Gives it a task, and first its stage when that is new to it. */
  start(task: Task, stage: StageMessage): void {
    this.tasks.push(task);
    if (!this.knownStages.has(stage.id)) {
      this.knownStages.add(stage.id);
      this.tell(stage);
    }
    this.tell({ kind: "task", task });
  }

  /** Makes notes of other workers' bundles known to it. */
  hear(notes: readonly Note[]): void {
    if (notes.length > 0) this.tell({ kind: "notes", notes });
  }

  /** Ends it, whatever it is at. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.process.kill("SIGKILL");
    await this.exited;
  }

  private tell(message: ToWorker): void {
    if (this.process.connected) this.process.send(message);
  }
}
