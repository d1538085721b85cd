// The command `worker_pool`: Beam's external worker pool, which starts a process for each worker that an engine asks for.
import { JobServerSetupError, startWorkerPool } from "../../runners";

export interface WorkerPoolCommandOptions {
  host: string;
  port: number;
}

/** Runs until it gets a signal; then its workers are ended. */
export async function run({ host, port }: WorkerPoolCommandOptions): Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  const pool = await startWorkerPool(host, port, (line) => process.stderr.write(`${line}\n`)).catch(
    (cause: Error) => {
      throw new JobServerSetupError(
        "PORT_TAKEN",
        `${cause.message} Give another --port, or --host one of this machine's addresses.`,
        { cause },
      );
    },
  );
  process.stdout.write(`Worker pool at ${pool.endpoint}\n`);
  await signalled;
  await pool.stop();
}
