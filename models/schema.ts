// JSON Schemas compiled to checks that name the field at fault.
import type Ajv from "ajv";
import type Ajv2020 from "ajv/dist/2020";
import type { ErrorObject, Options, ValidateFunction } from "ajv/dist/2020";
import { ModelLoadError } from "./errors";
import { isPlainSchema } from "./plain_schema";

/** A JSON Schema: draft 2020-12, or draft-07 where its `$schema` says so. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Ajv as the standard has it: keywords that it does not know, and formats, are annotations. That a schema is one is for `checkSchema`: the
 * schema of schemas takes 60 to 95 ms to compile, in each instance of Ajv.
 */
const OPTIONS: Options = {
  validateSchema: false,
  strictSchema: false,
  strictTypes: false,
  strictTuples: false,
  validateFormats: false,
};

/** What is wrong with a value: the field (`petal_width`, `pixels[3]`, empty for the whole) and the reason. */
export interface Violation {
  field: string;
  reason: string;
}

/** A compiled schema: what is wrong with a value, or undefined when nothing is. */
export type SchemaCheck = (value: unknown) => Violation | undefined;

/** They have compiled the schema of schemas of their draft. */
const checkers: Record<string, Ajv | Ajv2020 | undefined> = {};

/**
 * Checks a schema by the schema of schemas, which compiling it does in part. One that is plainly valid need not be: it takes 0.17 s.
 * @param owner whose schema it is, for the error
 * @throws ModelLoadError
 */
export function checkSchema(schema: JsonSchema, owner: string): void {
  if (isPlainSchema(schema)) return;
  const draft = isDraft07(schema) ? "draft-07" : "2020-12";
  const ajv = (checkers[draft] ??= compilerFor(schema, OPTIONS));
  if (ajv.validateSchema(schema) !== true)
    throw noSchema(owner, ajv.errorsText(ajv.errors, { dataVar: "it" }));
}

/**
 * Compiles a schema (with Ajv).
 *
 * Of several violations the one whose field comes first in the alphabet is told, so that the answer does not depend on
 * the order of a record's fields. NaN and infinities are no numbers.
 * @param owner whose schema it is, for the error
 */
export function compileSchema(schema: JsonSchema, owner: string): SchemaCheck {
  let isValid: ValidateFunction;
  try {
    isValid = compilerFor(schema, OPTIONS).compile(schema);
  } catch (error) {
    throw noSchema(owner, (error as Error).message, error);
  }
  // Finding every violation is slower than finding the first, so it waits until there is one.
  let findAll: ValidateFunction | undefined;
  return (value) => {
    if (isValid(value)) return undefined;
    findAll ??= compilerFor(schema, { ...OPTIONS, allErrors: true }).compile(schema);
    findAll(value);
    const violations = (findAll.errors ?? []).map(violationOf);
    return violations.reduce((first, next) => (compare(next, first) < 0 ? next : first));
  };
}

function noSchema(owner: string, why: string, cause?: unknown): ModelLoadError {
  return new ModelLoadError(`${owner} is not a valid JSON Schema: ${why}`, { cause });
}

function isDraft07({ $schema }: JsonSchema): boolean {
  return String($schema).includes("draft-07");
}

/** Loads Ajv, which takes 50 ms: the process that starts a job of models of this package needs none. */
function compilerFor(schema: JsonSchema, options: Options): Ajv | Ajv2020 {
  if (isDraft07(schema)) return new (require("ajv") as typeof import("ajv")).default(options);
  return new (require("ajv/dist/2020") as typeof import("ajv/dist/2020")).default(options);
}

function violationOf({ keyword, instancePath, params, message = "is not valid" }: ErrorObject): Violation {
  const parts = instancePath.split("/").slice(1).map(unescapePointer);
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as Record<
    string,
    string | undefined
  >;
  if (keyword === "required" && missingProperty !== undefined) {
    return { field: fieldName([...parts, missingProperty]), reason: "is required" };
  }
  const extra = additionalProperty ?? unevaluatedProperty;
  if (extra !== undefined) return { field: fieldName([...parts, extra]), reason: "is not in the schema" };
  if (keyword === "enum") {
    const { allowedValues } = params as { allowedValues: unknown[] };
    return { field: fieldName(parts), reason: `must be one of ${JSON.stringify(allowedValues)}` };
  }
  return { field: fieldName(parts), reason: message };
}

function fieldName(parts: string[]): string {
  return parts.reduce((name, part) => {
    if (/^\d+$/.test(part)) return `${name}[${part}]`;
    return name === "" ? part : `${name}.${part}`;
  }, "");
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function compare(a: Violation, b: Violation): number {
  if (a.field !== b.field) return a.field < b.field ? -1 : 1;
  return a.reason < b.reason ? -1 : 1;
}
