// The standard's logical types: what each of them is in JavaScript.
import type { Coder } from "apache-beam/coders/coders";
import { InstantCoder } from "apache-beam/coders/required_coders";
import type { FieldType, FieldValue, LogicalType } from "apache-beam/proto/schema";
import { innerCoder } from "../coder";
import { ElementEncodingError } from "../errors";
import { decimal } from "./decimal";

type Texts = string | Uint8Array;
type Make = (representation: Coder<unknown>, argument: FieldValue | undefined) => Coder<unknown>;

const asRepresentation: Make = (representation) => representation;

const TYPES: Readonly<Record<string, Make>> = {
  /** A Beam timestamp; not encoded as its representation is. */
  "beam:logical_type:millis_instant:v1": () => InstantCoder.INSTANCE,
  /** A row of seconds and micros; a row of seconds and subseconds. */
  "beam:logical_type:micros_instant:v1": asRepresentation,
  "beam:logical_type:timestamp:v1": asRepresentation,
  /** A text; not encoded as its representation is. */
  "beam:logical_type:decimal:v1": () => decimal,
  /** Texts and bytes whose length is given or limited. */
  "beam:logical_type:fixed_char:v1": limited(false),
  "beam:logical_type:var_char:v1": limited(true),
  "beam:logical_type:fixed_bytes:v1": limited(false),
  "beam:logical_type:var_bytes:v1": limited(true),
};

/** The coder of a logical type, or undefined when it is none of the standard's. */
export function logicalCoder(
  { urn, representation, argument }: LogicalType,
  coderOf: (type: FieldType) => Coder<unknown>,
): Coder<unknown> | undefined {
  return Object.hasOwn(TYPES, urn) ? TYPES[urn](coderOf(representation!), argument) : undefined;
}

/** Refuses what is too long, or too short: padding would make another value of it. */
function limited(mayBeShorter: boolean): Make {
  return (representation, argument) => {
    const limit = lengthIn(argument);
    return innerCoder<unknown>({
      encode(value, writer, context) {
        const { length } = value as Texts;
        if (length > limit || (length < limit && !mayBeShorter))
          throw new ElementEncodingError(
            `It has the length ${length}, and its type takes ${mayBeShorter ? "at most " : ""}${limit}.`,
          );
        representation.encode(value, writer, context);
      },
      decode: (reader, context) => representation.decode(reader, context),
    });
  };
}

/** The number that a type has for an argument; no limit where it has none. */
function lengthIn(argument: FieldValue | undefined): number {
  if (argument?.fieldValue.oneofKind !== "atomicValue") return Infinity;
  const { value } = argument.fieldValue.atomicValue;
  return value.oneofKind === "int32" ? value.int32 : Infinity;
}
