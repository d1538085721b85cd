// Refuses functions that can't travel to a worker, when the pipeline is built rather than where it runs.
//
// A function travels as its source text, and what it uses from outside stays behind. The SDK's compiler plugin sends
// such variables along (`__closure`); without it a lambda may use its arguments and globals alone.
import { parseExpressionAt, type Expression } from "acorn";
import { CombinePayload, ParDoPayload, type Pipeline } from "apache-beam/proto/beam_runner_api";
import { analyze } from "eslint-scope";
import { CodeTravelError } from "./code_error";

const WAY_OUT =
  "Pass what it needs in the context argument, or write it as a class or function that is registered with " +
  "requireForSerialization(module, { ... }).";

/** A value as serialize-closures writes it; those it refers to are indexes into the list of all. */
interface Serialized {
  kind: string;
  source?: string;
  closure?: number;
  refs?: Record<string, number>;
}

/**
 * Checks every function of a pipeline.
 * @throws CodeTravelError that names the stage, the variable and the way out
 */
export function checkCode(pipeline: Pipeline): void {
  for (const { spec, uniqueName } of Object.values(pipeline.components?.transforms ?? {})) {
    if (spec === undefined) continue;
    if (spec.urn === "beam:transform:pardo:v1")
      check(ParDoPayload.fromBinary(spec.payload).doFn?.payload, uniqueName);
    if (spec.urn === "beam:transform:combine_per_key:v1") {
      check(CombinePayload.fromBinary(spec.payload).combineFn?.payload, uniqueName);
    }
  }
}

/** The error of a stage whose code could not even be written down, where it is that. */
export function explainBuildError(error: unknown): unknown {
  const [, source] = /^Cannot serialize classes\.[^']*'([^]*)'$/.exec((error as Error).message) ?? [];
  if (source === undefined) return error;
  const [name] = /^class \w+/.exec(source) ?? ["a class"];
  return new CodeTravelError(
    `The pipeline uses ${name}, which can't travel to a worker. Register it: requireForSerialization(module, { ... }).`,
    { cause: error },
  );
}

function check(payload: Uint8Array | undefined, stage: string): void {
  if (payload === undefined || payload.length === 0) return;
  const { data } = JSON.parse(new TextDecoder().decode(payload)) as { data: Serialized[] };
  for (const { kind, source, closure } of data) {
    if (kind !== "function" || source === undefined) continue;
    const captured = (closure === undefined ? undefined : data[closure].refs) ?? {};
    const missing = freeVariables(source, stage).filter(
      (name) => !Object.hasOwn(captured, name) && !isGlobal(name),
    );
    if (missing.length === 0) continue;
    throw new CodeTravelError(
      `Stage '${stage}': a function uses ${missing.map((name) => `'${name}'`).join(" and ")} from outside, which does ` +
        `not travel to a worker with it. ${WAY_OUT}\n  ${excerpt(source)}`,
    );
  }
}

/** The names that a function uses and does not declare, in the order of their use. */
function freeVariables(source: string, stage: string): string[] {
  let expression: Expression;
  try {
    // Written as serialize-closures evaluates it: an expression in brackets.
    expression = parseExpressionAt(`(${source})`, 0, { ecmaVersion: "latest", ranges: true });
  } catch (error) {
    throw new CodeTravelError(
      `Stage '${stage}': a function written as a method can't travel to a worker. Write it as \`name: function ...\`. ` +
        `${WAY_OUT}\n  ${excerpt(source)}`,
      { cause: error },
    );
  }
  const program = {
    type: "Program",
    sourceType: "script",
    body: [{ type: "ExpressionStatement", expression }],
  };
  const { globalScope } = analyze(program as Parameters<typeof analyze>[0], { ecmaVersion: 2022 });
  return [...new Set(globalScope?.through.map((reference) => reference.identifier.name))];
}

/** Whether a worker has it too. The SDK's plugin leaves variables of its own in what it compiled (`_tct_...`). */
function isGlobal(name: string): boolean {
  return name in globalThis || name === "undefined" || name === "arguments" || name.startsWith("_tct_");
}

function excerpt(source: string): string {
  const line = source.replace(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
