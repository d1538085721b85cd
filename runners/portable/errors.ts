// The errors of jobs on portable runners.

/** A job that its engine could not bring to its end. The message is for a person. */
export class JobFailedError extends Error {
  readonly code = "JOB_FAILED";
  override readonly name = "JobFailedError";
  /** All that the engine said. */
  readonly details: string;
  /** The name of the pipeline's own error, where that is known. */
  readonly origin: string | undefined;
  constructor(
    message: string,
    { details = message, origin, ...options }: ErrorOptions & { details?: string; origin?: string } = {},
  ) {
    super(message, options);
    this.details = details;
    this.origin = origin;
  }
}
