// Which columns an output has: worked out from the model's schemas and what was asked for.
import { FormatError } from "../errors";
import { fieldNamesOf, fieldTypesOf, type FieldType } from "./field_types";
import type { Column, ColumnType, OutputLayout } from "./output_format";

/** The schemas of a model. */
export interface ModelSchemas {
  inputSchema: Readonly<Record<string, unknown>>;
  outputSchema: Readonly<Record<string, unknown>>;
}

export interface LayoutOptions {
  /** Whether predictions are written with their records (`input`, the default) or alone (`none`). */
  join?: "input" | "none";
  /** The fields of the record that are written. Default: all; in formats with columns those of the input schema. */
  select?: readonly string[];
  /** What the names of the prediction's fields begin with where they stand beside the record's. */
  predictionPrefix?: string;
}

/** Records as they are and predictions as they are, for formats without columns. */
export const WHOLE_LAYOUT: OutputLayout = {
  join: "input",
  predictionPrefix: "",
  predictionFields: [],
  columns: [],
};

/**
 * The layout of an output.
 * @param isFlat whether the fields of record and prediction stand side by side, and must differ
 * @throws FormatError when two columns would have one name
 */
export function outputLayout(schemas: ModelSchemas, options: LayoutOptions, isFlat: boolean): OutputLayout {
  const { join = "input", select, predictionPrefix = "" } = options;
  const predictionFields = fieldNamesOf(schemas.outputSchema);
  const columns = [
    ...(join === "input" ? recordColumns(schemas.inputSchema, select) : []),
    ...predictionColumns(schemas.outputSchema, predictionFields, predictionPrefix),
  ];
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (isFlat && twice !== undefined) {
    throw new FormatError(
      `Two columns would be called '${twice}'. Give the prediction's another name with --prediction_prefix predicted_, ` +
        "or leave the record's out with --select.",
    );
  }
  return { join, select, predictionPrefix, predictionFields, columns };
}

function recordColumns(schema: ModelSchemas["inputSchema"], select: readonly string[] | undefined): Column[] {
  const types = fieldTypesOf(schema);
  const known = fieldNamesOf(schema);
  const names = select ?? known;
  if (names.length === 0 && select === undefined) return [{ name: "record", source: "record", type: "json" }];
  return names.map((field) => ({
    name: field,
    source: "record",
    field,
    // Of a field that the model does not know, an id say, nothing is known; strings keep its digits.
    type: known.includes(field) ? columnType(types[field]) : "string",
  }));
}

function predictionColumns(
  schema: ModelSchemas["outputSchema"],
  fields: readonly string[],
  prefix: string,
): Column[] {
  if (fields.length === 0) {
    const { value } = fieldTypesOf({ properties: { value: schema } });
    return [{ name: `${prefix}prediction`, source: "prediction", type: columnType(value) }];
  }
  const types = fieldTypesOf(schema);
  return fields.map((field) => ({
    name: prefix + field,
    source: "prediction",
    field,
    type: columnType(types[field]),
  }));
}

/** The column that holds values of these types, null besides. */
function columnType(types: readonly FieldType[] | undefined): ColumnType {
  const [first, ...others] = (types ?? []).filter((type) => type !== "null");
  if (first === undefined) return "json";
  if ([first, ...others].every((type) => type === "integer" || type === "number")) {
    return [first, ...others].includes("number") ? "double" : "int64";
  }
  if (others.length > 0) return "json";
  return first === "string" || first === "boolean" ? first : "json";
}
