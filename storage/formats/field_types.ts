// What a JSON Schema asks of a record's fields: how the cells of a CSV file are understood, and what columns hold.

/** The types of JSON Schema. */
export type FieldType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/** The types that each field may have; a field without an entry may have any. In the order of the schema. */
export type FieldTypes = Readonly<Record<string, readonly FieldType[]>>;

type Schema = Readonly<Record<string, unknown>>;

/** The types of the top-level properties of a schema; those whose types it does not say are left out. */
export function fieldTypesOf(schema: Schema): FieldTypes {
  const { properties } = resolve(schema, schema);
  if (typeof properties !== "object" || properties === null) return {};
  // Not by assignment: a field may be called `__proto__`.
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const types = typesOf(property, schema, 0);
      return types === undefined ? [] : [[name, types]];
    }),
  );
}

/** The names of the top-level properties of a schema, in its order. */
export function fieldNamesOf(schema: Schema): string[] {
  const { properties } = resolve(schema, schema);
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

/** References that refer to each other without end are given up. */
const MAX_REFERENCES = 32;

/** The types that a schema allows at most; undefined where it does not say. */
function typesOf(schema: unknown, root: Schema, depth: number): readonly FieldType[] | undefined {
  if (typeof schema !== "object" || schema === null || depth > MAX_REFERENCES) return undefined;
  const { type, anyOf, oneOf, enum: values, const: value } = resolve(schema as Schema, root);
  if (typeof type === "string") return [type as FieldType];
  if (Array.isArray(type)) return type as FieldType[];
  const alternatives = anyOf ?? oneOf;
  if (Array.isArray(alternatives)) {
    const each = alternatives.map((one) => typesOf(one, root, depth + 1));
    return each.includes(undefined) ? undefined : [...new Set((each as FieldType[][]).flat())];
  }
  if (Array.isArray(values)) return [...new Set(values.map(typeOfValue))];
  return value === undefined ? undefined : [typeOfValue(value)];
}

/** Follows `$ref` within the schema. */
function resolve(schema: Schema, root: Schema): Schema {
  for (let i = 0; i < MAX_REFERENCES && typeof schema.$ref === "string"; i++) {
    if (!schema.$ref.startsWith("#/")) return {};
    const parts = schema.$ref.slice(2).split("/");
    let target: unknown = root;
    for (const part of parts) {
      target = (target as Schema | undefined)?.[
        decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")
      ];
    }
    if (typeof target !== "object" || target === null) return {};
    schema = target as Schema;
  }
  return schema;
}

function typeOfValue(value: unknown): FieldType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as FieldType;
}
