// Finds in an engine's account of a failure what the pipeline's own code said.
import type { Pipeline } from "apache-beam/proto/beam_runner_api";

/** Errors that are no words of their own: what they are called says something about them. */
export const PLAIN_ERRORS =
  /^(Error|TypeError|RangeError|ReferenceError|SyntaxError|AggregateError|EvalError)$/;

/** What the Java SDK puts before the text of a worker. */
const FROM_WORKER = /Error received from SDK harness for instruction \S+: (?:In (\S+): )?([^]*)/;

/**
 * The reason of a failure for a person, from an engine's text: a DoFn's message with its stage, or the engine's error.
 * An error that has a name of its own says all by its message.
 */
export function failureReason(text: string, pipeline: Pipeline): string {
  const [, transformId, told] = FROM_WORKER.exec(text) ?? [];
  if (told === undefined) return withoutFrames(text);
  const [, name, message] = /^(\w+): ([^]*)$/.exec(withoutFrames(told)) ?? [];
  if (name !== undefined && !PLAIN_ERRORS.test(name)) return message;
  const stage = pipeline.components?.transforms[transformId ?? ""]?.uniqueName;
  return (stage === undefined ? "" : `Stage '${stage}': `) + withoutFrames(told);
}

/** The text before the stack, and before the stacks of what caused it. */
function withoutFrames(text: string): string {
  return text.split(/\n\s+at |\nCaused by: /, 1)[0].trim();
}
