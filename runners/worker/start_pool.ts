// A pool of worker processes that stands by itself: engines are told its address (EXTERNAL environments).
import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { WorkerPool } from "./pool";

/**
 * Starts a pool.
 * @param port 0 for one that is free
 * @param report gets a line when a worker has failed
 * @throws WorkerError when the address can't be listened on
 */
export async function startWorkerPool(
  host: string,
  port: number,
  report: (line: string) => void,
): Promise<WorkerPool> {
  // What it would say of an address that is taken, the error says too.
  setLogVerbosity(logVerbosity.NONE);
  return WorkerPool.start({
    host,
    port,
    processes: true,
    onWorkerStopped: (_, failure) => {
      if (failure !== undefined) report(failure.message);
    },
  });
}
