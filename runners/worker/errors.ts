// What can go wrong in a worker, and how a failure is told to the runner.
import { inspect } from "node:util";

/** The worker or its connection to the runner failed. */
export class WorkerError extends Error {
  override readonly name: string = "WorkerError";
  readonly code: string = "WORKER_FAILED";
}

/** The runner has gone without a word: it was killed, or it does not tell its workers when it ends. */
export class LostRunnerError extends WorkerError {
  override readonly name = "LostRunnerError";
  override readonly code = "RUNNER_LOST";
}

/** A stream between the worker and the runner broke. */
export class BrokenStreamError extends WorkerError {
  override readonly name = "BrokenStreamError";
  override readonly code = "STREAM_BROKEN";
}

/** Elements that arrived for a bundle can't be what its coders wrote. */
export class BadElementsError extends WorkerError {
  override readonly name = "BadElementsError";
  override readonly code = "BAD_ELEMENTS";
}

/** The runner could not give a side input or state. */
export class StateError extends WorkerError {
  override readonly name = "StateError";
  override readonly code = "STATE_UNAVAILABLE";
}

/** The longest text of a failure that is sent, in characters; Java's log and web pages take no more kindly. */
const MAX_LENGTH = 50_000;

/** A failure with its stack and its causes, as it is told to the runner. */
export function describeFailure(failure: unknown): string {
  const parts: string[] = [];
  for (let error = failure; error !== undefined && parts.length < 10;) {
    parts.push(isErrorLike(error) ? withName(error) : inspect(error));
    error = isErrorLike(error) ? error.cause : undefined;
  }
  const text = parts.join("\nCaused by: ");
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text;
}

/** V8 writes the name into a stack when the error is made: before a class has given it its own. */
function withName({ name = "Error", message, stack }: ErrorLike): string {
  const frames = stack?.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : "";
  return `${name}: ${message}${frames}`;
}

interface ErrorLike {
  name?: string;
  stack?: string;
  message: string;
  cause?: unknown;
}

/** Errors of other realms (a test's sandbox, a VM) are no `Error` of ours. */
function isErrorLike(error: unknown): error is ErrorLike {
  return typeof error === "object" && error !== null && "message" in error;
}
