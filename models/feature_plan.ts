// Works out from an input schema whether records can be checked while their numbers are read, without JSON.parse or Ajv.
import type { Feature } from "./onnx_model";
import { isObject } from "./plain_schema";
import type { JsonSchema } from "./schema";

/** What a number must be. */
export interface NumberRule {
  isInteger: boolean;
  minimum: number;
  maximum: number;
  exclusiveMinimum: number;
  exclusiveMaximum: number;
}

/** A field, and what its number or numbers must be. */
export interface PlannedFeature extends NumberRule {
  name: string;
  /** How many numbers its array holds; undefined where it is no array. */
  items: number | undefined;
}

/** How records are read that are objects of numbers; one that does not fit needs a closer look, and may be valid. */
export interface FeaturePlan {
  /** Each must be there, once. In the order of the tensor's columns. */
  features: readonly PlannedFeature[];
  /** Whether there may be other fields, of any value. */
  allowsOthers: boolean;
}

/** Keywords that say nothing of what is valid. */
const ANNOTATIONS = [
  "title",
  "description",
  "$comment",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
];
const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const;

/**
 * The plan for a model's features; undefined where the schema says anything that is not understood here.
 * @param seen the fields of a record that the model sees; all, when none is named
 */
export function planFeatures(
  schema: JsonSchema,
  features: readonly Feature[],
  seen: readonly string[],
): FeaturePlan | undefined {
  const keywords = ["$schema", "$id", "type", "properties", "required", "additionalProperties"];
  const { type, properties, required = [], additionalProperties = true } = schema;
  if (!hasOnly(schema, keywords) || type !== "object" || !isObject(properties)) return undefined;
  if (!Array.isArray(required) || typeof additionalProperties !== "boolean") return undefined;
  const names = new Set(features.map(({ name }) => name));
  const isKnown = (name: unknown): boolean => names.has(name as string);
  if (names.size !== features.length || names.size === 0) return undefined;
  if (![...Object.keys(properties), ...(required as unknown[]), ...seen].every(isKnown)) return undefined;
  if (seen.length > 0 && seen.length !== features.length) return undefined;
  const planned: PlannedFeature[] = [];
  for (const feature of features) {
    const plan = Object.hasOwn(properties, feature.name)
      ? planField(properties[feature.name], feature)
      : undefined;
    if (plan === undefined) return undefined;
    planned.push(plan);
  }
  return { features: planned, allowsOthers: additionalProperties || seen.length > 0 };
}

function planField(schema: unknown, { name, size }: Feature): PlannedFeature | undefined {
  if (!isObject(schema)) return undefined;
  if (schema.type !== "array") {
    const rule = size === 1 ? numberRule(schema) : undefined;
    return rule && { ...rule, name, items: undefined };
  }
  const { items, minItems, maxItems } = schema;
  const isFixed = minItems === size && maxItems === size;
  if (!isFixed || !hasOnly(schema, ["type", "items", "minItems", "maxItems"])) return undefined;
  const rule = numberRule(items);
  return rule && { ...rule, name, items: size };
}

function numberRule(schema: unknown): NumberRule | undefined {
  if (!isObject(schema) || !hasOnly(schema, ["type", ...BOUNDS])) return undefined;
  const { type } = schema;
  if (type !== "number" && type !== "integer") return undefined;
  if (!BOUNDS.every((bound) => schema[bound] === undefined || Number.isFinite(schema[bound])))
    return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Partial<NumberRule>;
  return {
    isInteger: type === "integer",
    minimum: minimum ?? -Infinity,
    maximum: maximum ?? Infinity,
    exclusiveMinimum: exclusiveMinimum ?? -Infinity,
    exclusiveMaximum: exclusiveMaximum ?? Infinity,
  };
}

function hasOnly(schema: JsonSchema, keywords: readonly string[]): boolean {
  return Object.keys(schema).every((keyword) => keywords.includes(keyword) || ANNOTATIONS.includes(keyword));
}
