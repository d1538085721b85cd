// How many bundles and how many workers there are at once, where nobody says it.
import { availableParallelism } from "node:os";
import type { RunnerOptions } from "../runner";

export interface Workers {
  /** How many bundles of a stage are processed at once. */
  readonly parallelism: number;
  /** How many worker processes, on each node of a cluster. */
  readonly processes: number;
}

/** One thread of Node runs all that is in LOOPBACK: two bundles keep it busy, more would only wait in memory. */
const IN_ONE_PROCESS = 2;

/** On this machine: a process a core, each of which gets a bundle. */
export function workersHere({ environmentType, parallelism, sdkWorkerParallelism }: RunnerOptions): Workers {
  if (environmentType === "LOOPBACK") return { parallelism: parallelism ?? IN_ONE_PROCESS, processes: 1 };
  const bundles = parallelism ?? sdkWorkerParallelism ?? availableParallelism();
  return { parallelism: bundles, processes: sdkWorkerParallelism ?? bundles };
}
