// The error of a bundle that can't be made: something is not installed, not found, or not to be read.

export class WorkerBundleError extends Error {
  readonly code = "WORKER_BUNDLE";
  override readonly name = "WorkerBundleError";
}
