// Avro schemas as the reader needs them: names resolved, and what has no meaning for it left out.
import { DamageError } from "./damage";
import { logicalTypeOf, type LogicalType } from "./logical_types";

const PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const;
type Primitive = (typeof PRIMITIVES)[number];

export interface AvroRecord {
  kind: "record";
  fields: { name: string; type: AvroType }[];
}

/** A type; records may hold themselves. */
export type AvroType =
  | { kind: Primitive; logical?: LogicalType }
  | { kind: "fixed"; size: number; logical?: LogicalType }
  | { kind: "enum"; symbols: string[] }
  | { kind: "array"; items: AvroType }
  | { kind: "map"; values: AvroType }
  | { kind: "union"; types: AvroType[] }
  | AvroRecord;

/** The property by which a field that this project wrote keeps a name that Avro does not allow. */
export const NAME_PROPERTY = "beam_predict.name";

type Attributes = Readonly<Record<string, unknown>>;

/**
 * Reads a schema. More lenient than the specification: names may be any text, and what does not change how values are
 * read (defaults, aliases, orders, docs) is not looked at.
 * @throws DamageError
 */
export function parseSchema(json: string): AvroType {
  let schema: unknown;
  try {
    schema = JSON.parse(json);
  } catch (error) {
    throw new DamageError(`its schema is not JSON: ${(error as Error).message}`);
  }
  return new SchemaParser().type(schema, "", 0);
}

/** Types nested deeper in each other are refused. */
const MAX_DEPTH = 256;

class SchemaParser {
  private readonly named = new Map<string, AvroType>();

  type(schema: unknown, namespace: string, depth: number): AvroType {
    if (depth > MAX_DEPTH) throw new DamageError("its schema is nested too deeply");
    if (typeof schema === "string") return this.reference(schema, namespace);
    if (Array.isArray(schema)) {
      return { kind: "union", types: schema.map((one) => this.type(one, namespace, depth + 1)) };
    }
    if (typeof schema !== "object" || schema === null) throw notAType(schema);
    return this.described(schema as Attributes, namespace, depth);
  }

  private described(schema: Attributes, namespace: string, depth: number): AvroType {
    switch (schema.type) {
      case "record":
      case "error":
        return this.record(schema, namespace, depth);
      case "enum": {
        if (!isStrings(schema.symbols)) throw notAType(schema);
        const type: AvroType = { kind: "enum", symbols: schema.symbols };
        this.name(schema, namespace, type);
        return type;
      }
      case "fixed": {
        const { size } = schema;
        if (!Number.isSafeInteger(size) || (size as number) < 0) throw notAType(schema);
        const type: AvroType = {
          kind: "fixed",
          size: size as number,
          logical: logicalTypeOf(schema, "fixed", size as number),
        };
        this.name(schema, namespace, type);
        return type;
      }
      case "array":
        return { kind: "array", items: this.type(schema.items, namespace, depth + 1) };
      case "map":
        return { kind: "map", values: this.type(schema.values, namespace, depth + 1) };
      default:
        // A primitive type with attributes, or a type in a pair of braces too many.
        return isPrimitive(schema.type)
          ? { kind: schema.type, logical: logicalTypeOf(schema, schema.type) }
          : this.type(schema.type, namespace, depth + 1);
    }
  }

  private record(schema: Attributes, namespace: string, depth: number): AvroType {
    if (!Array.isArray(schema.fields)) throw notAType(schema);
    const type: AvroRecord = { kind: "record", fields: [] };
    const inner = this.name(schema, namespace, type);
    for (const field of schema.fields as (Attributes | null)[]) {
      const name = field?.[NAME_PROPERTY] ?? field?.name;
      if (typeof name !== "string") throw notAType(schema);
      type.fields.push({ name, type: this.type(field?.type, inner, depth + 1) });
    }
    return type;
  }

  /** Makes a type known under its name; returns the namespace of what it holds. */
  private name(schema: Attributes, namespace: string, type: AvroType): string {
    const { name } = schema;
    if (typeof name !== "string") throw notAType(schema);
    const dot = name.lastIndexOf(".");
    const own = dot >= 0 ? name.slice(0, dot) : (schema.namespace ?? namespace);
    this.named.set(fullName(name.slice(dot + 1), own as string), type);
    return own as string;
  }

  private reference(name: string, namespace: string): AvroType {
    if (isPrimitive(name)) return { kind: name };
    const type =
      this.named.get(name.includes(".") ? name : fullName(name, namespace)) ?? this.named.get(name);
    if (type === undefined)
      throw new DamageError(`its schema has the type '${name}', which it does not define`);
    return type;
  }
}

function fullName(name: string, namespace: string): string {
  return namespace === "" ? name : `${namespace}.${name}`;
}

function isPrimitive(type: unknown): type is Primitive {
  return (PRIMITIVES as readonly unknown[]).includes(type);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function notAType(schema: unknown): DamageError {
  const shown = JSON.stringify(schema) ?? "nothing";
  return new DamageError(`its schema has ${shown.slice(0, 100)} where an Avro type should be`);
}
