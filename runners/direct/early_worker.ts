// A worker process that is started before anybody knows what there is to do, so that it gets ready in the meantime.
import { WorkerProcess } from "./worker_process";

let early: WorkerProcess | undefined;

/**
 * Starts a worker for the job that this process is about to run on the direct runner. Should there be none, it ends with this
 * process, which does not wait for it.
 * @param modules names or paths of modules that it will need
 */
export function startEarlyWorker(modules: readonly string[]): void {
  early = new WorkerProcess(modules);
  early.unref();
}

/** The worker that was started early, for one job. */
export function takeEarlyWorker(): WorkerProcess | undefined {
  const worker = early;
  early = undefined;
  worker?.ref();
  return worker;
}
