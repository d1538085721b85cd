// Errors of the command line, and how every error is told to a person: one line, an exit status, no stack trace.
import { ConfigurationError, ModelError, ModelLoadError, ModelNotFoundError } from "../models/errors";
import { EmptyFolderError, FormatError, NoSuchFileError, PathError, StorageError } from "../storage/errors";
import { CodeTravelError } from "../runners/code_error";
import { JobServerError, JobServerSetupError } from "../runners/job_server/errors";
import { DiskFullError, TemporaryFolderError, WorkerDiedError } from "../runners/direct/errors";
import { JobFailedError } from "../runners/portable/errors";
import { UnsupportedPipelineError } from "../runners/unsupported_error";
import { RunnerOptionError, UnknownRunnerError } from "../runners/runner";
import { WorkerBundleError } from "../runners/worker_bundle/errors";
import { TooManyFailuresError } from "../transforms/max_failures";

/** The command was called with something that can't be: exit status 2. */
export class UsageError extends Error {
  readonly code = "USAGE";
  override readonly name = "UsageError";
}

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

const USAGE_ERRORS = [
  UsageError,
  UnknownRunnerError,
  RunnerOptionError,
  JobServerSetupError,
  WorkerBundleError,
  ConfigurationError,
  ModelNotFoundError,
  ModelLoadError,
  NoSuchFileError,
  EmptyFolderError,
  FormatError,
  PathError,
];
const JOB_ERRORS = [
  StorageError,
  ModelError,
  TooManyFailuresError,
  CodeTravelError,
  UnsupportedPipelineError,
  JobServerError,
  JobFailedError,
  DiskFullError,
  TemporaryFolderError,
  WorkerDiedError,
];

/** What to print about an error, and the status to exit with. */
export function describeError(error: unknown): { message: string; status: number } {
  if (USAGE_ERRORS.some((Known) => error instanceof Known || isFromWorker(error, Known.name))) {
    return { message: (error as Error).message, status: EXIT_USAGE };
  }
  if (JOB_ERRORS.some((Known) => error instanceof Known)) {
    return { message: (error as Error).message, status: EXIT_FAILED };
  }
  // Not a user's mistake that we know of: show where it comes from.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `The job failed unexpectedly: ${message}`, status: EXIT_FAILED };
}

/** Whether a worker has met an error of a kind. */
function isFromWorker(error: unknown, kind: string): boolean {
  return error instanceof JobFailedError && error.origin === kind;
}
