// A standalone Spark cluster that runs already: whether anybody listens there.
import { once } from "node:events";
import { connect } from "node:net";
import { JobServerSetupError } from "../job_server/errors";

/** What the job server is made for: the classes of both sides must be the same. */
export const SPARK_VERSION = "3.5";

const ANSWER_MS = 10_000;

/**
 * Checks that something listens where the master should be. What it is, Spark finds out: its protocol is its own.
 * @param master spark://HOST:PORT
 * @throws JobServerSetupError
 */
export async function checkSpark(master: string): Promise<void> {
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

/** What a Spark of another version comes to, as people can use it; nothing for other failures. */
export function explainSparkFailure(master: string, text: string): string | undefined {
  if (
    !/All masters are unresponsive|InvalidClassException|IncompatibleClassChange|NoSuchMethodError/.test(text)
  )
    return undefined;
  return (
    `The Spark master at ${master} (--spark_master) does not understand this runner, which needs Spark ${SPARK_VERSION} with ` +
    "Scala 2.12. Use a cluster of that version, or a job server of Beam for yours: --job_server_jar or --job_endpoint."
  );
}
