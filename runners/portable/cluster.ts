// What runners on clusters share: where a cluster is, what that means for the code of a pipeline, and which version it is of.
import { hostname, networkInterfaces } from "node:os";
import { JobServerSetupError } from "../job_server/errors";
import { RunnerOptionError, type RunnerOptions } from "../runner";

/**
 * Checks that the workers of a cluster can get to the code.
 * @param host of the cluster's master
 * @throws RunnerOptionError when the environment is this machine, and the cluster another
 */
export function checkReach(
  host: string,
  { environmentType = "EXTERNAL", environmentConfig }: RunnerOptions,
): void {
  if (isThisMachine(host)) return;
  const isHere = environmentType === "LOOPBACK" || environmentConfig === undefined;
  if (!isHere) return;
  throw new RunnerOptionError(
    `The cluster at ${host} is another machine, whose nodes do not reach the processes of this one. Say where the code is ` +
      "there: --environment_type PROCESS (DOCKER, EXTERNAL) with --environment_config.",
  );
}

/** Whether a host is this machine by one of its names. */
export function isThisMachine(host: string): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return (
    ["localhost", "[::1]", hostname()].includes(host) ||
    host.startsWith("127.") ||
    addresses.some(({ address }) => address === host)
  );
}

/** What to do about a cluster of another version than an engine's, `Flink 1.19`. */
export function needsVersion(engine: string): string {
  return `this runner needs ${engine}. Use a cluster of that version, or a job server of Beam for yours: --job_server_jar or --job_endpoint.`;
}

/**
 * Checks the version of a cluster: the classes of both sides must be the same.
 * @param cluster by which people know it
 * @param needs what to do about another version (`needsVersion`)
 * @throws JobServerSetupError when it is neither `needed` nor a release of that
 */
export function checkVersion(cluster: string, version: string, needed: string, needs: string): void {
  if (version === needed || version.startsWith(`${needed}.`)) return;
  throw new JobServerSetupError("ENGINE_VERSION", `${cluster} is ${version}; ${needs}`);
}
