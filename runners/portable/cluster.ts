// What runners on clusters share: where a cluster is, and what that means for the code of a pipeline.
import { hostname, networkInterfaces } from "node:os";
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
