// The Avro schema of an output's columns.
import type { Column, ColumnType } from "../output_format";
import { NAME_PROPERTY } from "./schema";

const TYPES: Record<ColumnType, unknown> = {
  double: "double",
  int64: "long",
  boolean: "boolean",
  string: "string",
  json: { type: "string", logicalType: "json" },
};

const ALLOWED = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * A record with one field a column, each of which may be null. A name that Avro does not allow is cleaned: `petal
 * length` becomes `petal_length` (`petal_length_2`, where there is one), and the field keeps the name as it was in a
 * property, `beam_predict.name`, which this project's reader restores.
 */
export function outputSchema(columns: readonly Column[]): object {
  const taken = new Set(columns.map(({ name }) => name).filter((name) => ALLOWED.test(name)));
  const fields = columns.map(({ name, type }) => {
    const field = { type: ["null", TYPES[type]], default: null };
    if (ALLOWED.test(name)) return { name, ...field };
    const cleaned = uniqueName(name, taken);
    return { name: cleaned, ...field, [NAME_PROPERTY]: name };
  });
  return { type: "record", name: "Prediction", namespace: "beam_predict", fields };
}

function uniqueName(name: string, taken: Set<string>): string {
  const cleaned = name.replace(/[^A-Za-z0-9_]/gu, "_").replace(/^(?=\d|$)/, "_");
  let unique = cleaned;
  for (let n = 2; taken.has(unique); n++) unique = `${cleaned}_${n}`;
  taken.add(unique);
  return unique;
}
