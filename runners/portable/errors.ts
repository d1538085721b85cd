// The errors of jobs on portable runners.

/** A job that its engine could not bring to its end. The message is for a person. */
export class JobFailedError extends Error {
  readonly code = "JOB_FAILED";
  override readonly name = "JobFailedError";
  /** All that the engine said. */
  readonly details: string;
  constructor(message: string, { details = message, ...options }: ErrorOptions & { details?: string } = {}) {
    super(message, options);
    this.details = details;
  }
}
