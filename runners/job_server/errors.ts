// The errors of job servers: what a person has to change, and what went wrong by itself.

/** What is needed to run a job server, and is not there. */
export type SetupProblem =
  | "NO_JAVA"
  | "OLD_JAVA"
  | "NO_MAVEN"
  | "NO_JDK"
  | "NO_JOB_SERVER_JAR"
  | "PORT_TAKEN"
  | "JOB_ENDPOINT_UNREACHABLE"
  | "MASTER_UNREACHABLE"
  | "ENGINE_VERSION";

/** Something that the user has to change: a program to install, an option to correct. */
export class JobServerSetupError extends Error {
  override readonly name = "JobServerSetupError";
  constructor(
    readonly code: SetupProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A job server that could not be built, did not start, or stopped before its job was done. */
export class JobServerError extends Error {
  override readonly name = "JobServerError";
  constructor(
    readonly code: "JOB_SERVER_BUILD_FAILED" | "JOB_SERVER_NOT_STARTED" | "JOB_SERVER_STOPPED",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
