// Which JSON Schemas are plainly ones, so that the schema of schemas need not be compiled to know it.
import type { JsonSchema } from "./schema";

const DRAFTS: readonly unknown[] = [
  "https://json-schema.org/draft/2020-12/schema",
  "http://json-schema.org/draft-07/schema#",
];
const TYPES: readonly unknown[] = ["object", "array", "string", "number", "integer", "boolean", "null"];

/** The keywords that most schemas make do with, and what is right for them in every draft. */
const KEYWORDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  $schema: (value) => DRAFTS.includes(value),
  $comment: isString,
  title: isString,
  description: isString,
  type: (value) => TYPES.includes(value),
  properties: (value) => isObject(value) && Object.values(value).every(isSubschema),
  required: areDifferent,
  additionalProperties: isSubschema,
  items: isSubschema,
  minItems: isCount,
  maxItems: isCount,
  minLength: isCount,
  maxLength: isCount,
  minimum: Number.isFinite,
  maximum: Number.isFinite,
  exclusiveMinimum: Number.isFinite,
  exclusiveMaximum: Number.isFinite,
  enum: (value) => areDifferent(value) && value.length > 0,
};

/** Whether a schema is a valid one; one of which it is not known may be, too. */
export function isPlainSchema(schema: JsonSchema): boolean {
  return Object.entries(schema).every(
    ([keyword, value]) => Object.hasOwn(KEYWORDS, keyword) && KEYWORDS[keyword](value),
  );
}

function isSubschema(value: unknown): boolean {
  return (
    typeof value === "boolean" || (isObject(value) && value.$schema === undefined && isPlainSchema(value))
  );
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** Strings of which none stands twice. */
function areDifferent(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString) && new Set(value).size === value.length;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
