// A standalone Spark cluster that runs already: whether anybody listens there, and why a job on it fails or does not begin.
import { once } from "node:events";
import { connect } from "node:net";
import { JobServerSetupError } from "../job_server/errors";
import type { Waiting } from "../portable";
import { checkVersion, needsVersion } from "../portable/cluster";

/** What the job server is made for: the classes of both sides must be the same. */
export const SPARK_VERSION = "3.5";

const NEEDS = needsVersion(`Spark ${SPARK_VERSION} with Scala 2.12`);

const ANSWER_MS = 10_000;
/** The page is asked for what it may tell; nobody waits for it long. */
const PAGE_MS = 2_000;
/** Where a master's page is unless Spark's own variable says otherwise. */
const PAGE_PORT = 8080;

/**
 * Checks that something listens where the master should be, and that it is of the right version where its page says so: Spark's
 * protocol names none. An executor of Spark 3.4 can't read its tasks, tells nobody, and the job would wait for ever.
 * @param master spark://HOST:PORT
 * @throws JobServerSetupError
 */
export async function checkSpark(master: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  await checkListens(master);
  const version = await versionOnPage(master, Number(env.SPARK_MASTER_WEBUI_PORT ?? PAGE_PORT));
  if (version === undefined) return;
  checkVersion(`The Spark at ${master} (--spark_master)`, version, SPARK_VERSION, NEEDS);
}

async function checkListens(master: string): Promise<void> {
  const { hostname, port } = new URL(master);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("timeout")));
  try {
    await once(socket, "connect");
  } catch (cause) {
    throw new JobServerSetupError(
      "MASTER_UNREACHABLE",
      `No Spark master answers at ${master} (--spark_master): nothing listens. Start the cluster, or correct the address: ` +
        "it is the one that its page begins with, port 7077 where nothing else is set.",
      { cause },
    );
  } finally {
    socket.destroy();
  }
}

/** The version that the page of a master tells, when there is a page and it is that master's. */
export async function versionOnPage(master: string, pagePort: number): Promise<string | undefined> {
  const { hostname, port } = new URL(master);
  try {
    const response = await fetch(`http://${hostname}:${pagePort}/`, { signal: AbortSignal.timeout(PAGE_MS) });
    const page = await response.text();
    // Another program may have the port, or the master of another cluster on the same machine.
    if (!new RegExp(`spark://[^\\s<"]+:${port}\\b`).test(page)) return undefined;
    return /class="version"[^>]*>\s*(\d+\.\d+[\w.-]*)/.exec(page)?.[1];
  } catch {
    return undefined;
  }
}

/** What a Spark of another version comes to, as people can use it; nothing for other failures. */
export function explainSparkFailure(master: string, text: string): string | undefined {
  if (
    !/All masters are unresponsive|InvalidClassException|IncompatibleClassChange|NoSuchMethodError/.test(text)
  )
    return undefined;
  return `The Spark master at ${master} (--spark_master) does not understand this runner; ${NEEDS}`;
}

/** When tasks should be done that only list what there is to read. */
const FIRST_TASKS_S = 120;

/**
 * Why a job on a cluster has not begun, by the log of its driver: Spark says nothing to those who wait.
 * @returns nothing when it has
 */
export function whySparkWaits(master: string, log: string): Waiting | undefined {
  if (log.includes("Finished task")) return undefined;
  if (!log.includes("Starting task")) {
    return {
      reason:
        `The Spark cluster at ${master} has given the job no executor yet. Another application may have its cores ` +
        "(--parallelism takes fewer than all that are free), or no worker has the memory: the master's page shows them.",
      afterSeconds: 0,
    };
  }
  return {
    reason:
      `No task of the job has ended on the Spark cluster at ${master} yet. When the first ones are not long ones, its Spark may be ` +
      `of another version; ${NEEDS} The standard error of the executors, on the master's page, tells more.`,
    afterSeconds: FIRST_TASKS_S,
  };
}
