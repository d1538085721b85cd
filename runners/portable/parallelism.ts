// How many bundles of a stage are processed at once where nobody says it.
import { availableParallelism } from "node:os";
import type { RunnerOptions } from "../runner";

/** One thread of Node runs all that is in LOOPBACK: two bundles keep it busy, more would only wait in memory. */
const IN_ONE_PROCESS = 2;

export function defaultParallelism({ environmentType = "LOOPBACK" }: RunnerOptions): number {
  return environmentType === "LOOPBACK" ? IN_ONE_PROCESS : availableParallelism();
}
