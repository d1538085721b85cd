// A Flink cluster that runs already: whether it is there, whether it is the right one, and how large it is.
import { JobServerSetupError } from "../job_server/errors";
import { checkVersion, needsVersion } from "../portable/cluster";

/** What the job server is made for: the classes of both sides must be the same. */
export const FLINK_VERSION = "1.19";

const ANSWER_MS = 10_000;

export interface FlinkClusterSize {
  /** All slots, of all TaskManagers. */
  slots: number;
  taskManagers: number;
}

/**
 * Asks a cluster's REST service.
 * @param master HOST:PORT
 * @throws JobServerSetupError when no Flink answers there, or one of another version, or one without TaskManagers
 */
export async function askFlink(master: string, signal?: AbortSignal): Promise<FlinkClusterSize> {
  const { "flink-version": version } = await ask(master, "config", signal);
  if (typeof version !== "string") throw unreachable(master, "what answers there is something else");
  const needs = needsVersion(`Flink ${FLINK_VERSION}`);
  checkVersion(`The Flink at ${master} (--flink_master)`, version, FLINK_VERSION, needs);
  const { "slots-total": slots, taskmanagers: taskManagers } = await ask(master, "overview", signal);
  if (typeof slots !== "number" || typeof taskManagers !== "number" || slots === 0) {
    throw unreachable(master, "it has no TaskManager");
  }
  return { slots, taskManagers };
}

async function ask(master: string, path: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
  const timeout = AbortSignal.timeout(ANSWER_MS);
  let response: Response;
  try {
    response = await fetch(`http://${master}/${path}`, {
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(
      master,
      timeout.aborted ? `nothing came within ${ANSWER_MS / 1000} s` : "nothing listens",
      error,
    );
  }
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch (error) {
    throw unreachable(master, "what answers there is something else", error);
  }
}

function unreachable(master: string, why: string, cause?: unknown): JobServerSetupError {
  return new JobServerSetupError(
    "MASTER_UNREACHABLE",
    `No Flink that can run jobs answers at ${master} (--flink_master): ${why}. Start the cluster, or correct the address: ` +
      "it is that of the REST service, port 8081 where nothing else is set.",
    { cause },
  );
}
