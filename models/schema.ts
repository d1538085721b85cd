// JSON Schemas compiled to checks that name the field at fault.
import Ajv from "ajv";
import Ajv2020, { type ErrorObject, type Options, type ValidateFunction } from "ajv/dist/2020";
import { ModelLoadError } from "./errors";

/** A JSON Schema: draft 2020-12, or draft-07 where its `$schema` says so. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Ajv as the standard has it: keywords that it does not know, and formats, are annotations. */
const OPTIONS: Options = {
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
    throw new ModelLoadError(`${owner} is not a valid JSON Schema: ${(error as Error).message}`, {
      cause: error,
    });
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

function compilerFor({ $schema }: JsonSchema, options: Options): Ajv | Ajv2020 {
  return String($schema).includes("draft-07") ? new Ajv(options) : new Ajv2020(options);
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
