// A worker in a process of its own, as a pool starts it: ahead of its use, where the pool knows that there will be one.
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { StartWorkerRequest } from "apache-beam/proto/beam_fn_api";
import type { ToWaiting } from "./boot";
import { WorkerError } from "./errors";
import { WORKER_NODE_OPTIONS } from "./node_options";

/** A process that does not end by itself is killed after this many milliseconds. */
const GRACE_MS = 5_000;

/** How much of what a process wrote last is told when it fails, in characters. */
const MAX_LAST_WORDS = 4_000;

/** A worker process, like a `Worker`: it runs, and it can be stopped. */
export class WorkerProcess {
  private readonly process: ChildProcess;
  private readonly exited: Promise<void>;
  private name = "";
  private stopped = false;

  /** Starts the process, which loads what workers are made of, and then waits for what it is to do. */
  constructor() {
    // What it has to say goes to the runner's log; the console is that of whoever started the pool.
    this.process = fork(join(__dirname, "boot.js"), [], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [...WORKER_NODE_OPTIONS],
    });
    let lastWords = "";
    this.process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-MAX_LAST_WORDS);
    });
    this.exited = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code, signal) => {
        if (code === 0 || this.stopped) resolve();
        else reject(new WorkerError(`Worker${this.name} ended with ${signal ?? code}. ${lastWords}`.trim()));
      });
    });
    this.exited.catch(() => undefined);
  }

  /** Whether the process is there, for a job or waiting for one. */
  get isAlive(): boolean {
    return this.process.connected;
  }

  /** Makes it the worker that a runner asks for. */
  assign({ workerId, ...endpoints }: StartWorkerRequest): void {
    this.name = ` ${workerId}`;
    const args = [`--id=${workerId}`];
    const add = (option: string, url: string | undefined): void => {
      if (url !== undefined && url !== "") args.push(`--${option}=${url}`);
    };
    add("control_endpoint", endpoints.controlEndpoint?.url);
    add("logging_endpoint", endpoints.loggingEndpoint?.url);
    add("provision_endpoint", endpoints.provisionEndpoint?.url);
    // Where it has just died, its end says so.
    this.tell({ args });
  }

  /** Has it load modules while it waits. */
  load(modules: readonly string[]): void {
    this.tell({ modules });
  }

  /** Resolves when the process has ended as it should; rejects with what it wrote when it has failed. */
  async run(): Promise<void> {
    await this.exited;
  }

  /** Asks the process to end, and kills it when it does not. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), GRACE_MS);
    void this.exited.catch(() => undefined).finally(() => clearTimeout(timer));
  }

  private tell(message: ToWaiting): void {
    if (this.isAlive) this.process.send(message, () => undefined);
  }
}
