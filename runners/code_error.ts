// The error of code that can't travel to a worker.

/** Code of a pipeline that can't travel to a worker. */
export class CodeTravelError extends Error {
  readonly code = "CODE_CANNOT_TRAVEL";
  override readonly name = "CodeTravelError";
}
