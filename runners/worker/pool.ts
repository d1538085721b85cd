// Starts workers when a runner asks for them: in this process (LOOPBACK), or each in its own (EXTERNAL).
import "../../sdk";
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type {
  StartWorkerRequest,
  StartWorkerResponse,
  StopWorkerRequest,
  StopWorkerResponse,
} from "apache-beam/proto/beam_fn_api";
import { beamFnExternalWorkerPoolDefinition } from "apache-beam/proto/beam_fn_api.grpc-server";
import { WorkerError } from "./errors";
import { Worker } from "./worker";
import { WorkerProcess } from "./worker_process";

/** How a pool is. */
export interface WorkerPoolOptions {
  /** The address that it listens on; other machines reach it only when this is one of the network's. */
  readonly host: string;
  /** The port, or 0 for one that is free. */
  readonly port?: number;
  /** Whether each worker is a process of its own. */
  readonly processes?: boolean;
  /** Called when a worker has ended, with what made it fail when it has. */
  readonly onWorkerStopped?: (workerId: string, failure?: Error) => void;
}

type RunningWorker = Pick<Worker, "run" | "stop">;

/** Beam's external worker pool. */
export class WorkerPool {
  private readonly server = new Server();
  /** By their names and where their runners are: each node of a cluster calls its first worker the same. */
  private readonly workers = new Map<string, { worker: RunningWorker; ended: Promise<void> }>();
  /** Where the runners are that have had a worker of a name. */
  private readonly runnersOf = new Map<string, Set<string>>();
  /** Processes that nobody has asked for yet. */
  private readonly waiting: WorkerProcess[] = [];
  private port = 0;

  private constructor(private readonly options: WorkerPoolOptions) {}

  /**
   * Starts a pool.
   * @throws WorkerError when the address can't be listened on
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    await pool.listen();
    return pool;
  }

  /** Where runners find it, HOST:PORT. */
  get endpoint(): string {
    return `${this.options.host}:${this.port}`;
  }

  /**
   * Starts processes before a runner asks for them.
   * @param modules what they load while they wait
   */
  startAhead(count: number, modules: readonly string[]): void {
    for (let i = 0; i < count; i++) {
      const worker = new WorkerProcess();
      worker.load(modules);
      this.waiting.push(worker);
    }
  }

  /** Stops every worker, and listens no more. */
  async stop(): Promise<void> {
    this.server.forceShutdown();
    const waiting = this.waiting.map((worker) => ({ worker, ended: worker.run() }));
    const all = [...this.workers.values(), ...waiting];
    for (const { worker } of all) worker.stop();
    await Promise.all(all.map(({ ended }) => ended));
  }

  private workerProcess(request: StartWorkerRequest): WorkerProcess {
    let worker = this.waiting.shift();
    while (worker?.isAlive === false) worker = this.waiting.shift();
    worker ??= new WorkerProcess();
    worker.assign(request);
    return worker;
  }

  private async listen(): Promise<void> {
    const service: UntypedServiceImplementation = {
      startWorker: (
        { request }: ServerUnaryCall<StartWorkerRequest, StartWorkerResponse>,
        answer: sendUnaryData<StartWorkerResponse>,
      ) => answer(null, { error: this.startWorker(request) ?? "" }),
      stopWorker: (
        { request }: ServerUnaryCall<StopWorkerRequest, StopWorkerResponse>,
        answer: sendUnaryData<StopWorkerResponse>,
      ) => {
        this.stopWorker(request.workerId);
        answer(null, { error: "" });
      },
    };
    this.server.addService(beamFnExternalWorkerPoolDefinition, service);
    const { host, port = 0 } = this.options;
    this.port = await new Promise((resolve, reject) => {
      this.server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (cause, bound) => {
        if (cause === null) resolve(bound);
        else
          reject(
            new WorkerError(`No worker pool can listen on ${host}:${port}: ${cause.message}`, { cause }),
          );
      });
    });
  }

  /** Starts a worker; gives back why it can't. */
  private startWorker(request: StartWorkerRequest): string | undefined {
    const { workerId, controlEndpoint, loggingEndpoint } = request;
    if (controlEndpoint === undefined) return `Worker '${workerId}' was given no control endpoint.`;
    const key = keyOf(workerId, controlEndpoint.url);
    if (this.workers.has(key)) return `Worker '${workerId}' is running already.`;
    const runners = this.runnersOf.get(workerId) ?? new Set();
    this.runnersOf.set(workerId, runners.add(controlEndpoint.url));
    const worker = this.options.processes
      ? this.workerProcess(request)
      : new Worker({
          id: workerId,
          controlEndpoint: controlEndpoint.url,
          loggingEndpoint: loggingEndpoint?.url === "" ? undefined : loggingEndpoint?.url,
        });
    const end = (failure?: Error): void => {
      this.workers.delete(key);
      this.options.onWorkerStopped?.(workerId, failure);
    };
    this.workers.set(key, { worker, ended: worker.run().then(() => end(), end) });
    return undefined;
  }

  /**
   * Stops the worker of a name where there was never but one. Of several it can't be known whose is meant, and it need
   * not be: a worker ends when its runner does.
   */
  private stopWorker(workerId: string): void {
    const [endpoint, ...others] = this.runnersOf.get(workerId) ?? [];
    if (endpoint !== undefined && others.length === 0)
      this.workers.get(keyOf(workerId, endpoint))?.worker.stop();
  }
}

function keyOf(workerId: string, controlEndpoint: string): string {
  return `${workerId} ${controlEndpoint}`;
}
