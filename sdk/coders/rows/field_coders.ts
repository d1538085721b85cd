// The coders of a row's fields, by their types in its schema.
import type { Coder } from "apache-beam/coders/coders";
import { IterableCoder } from "apache-beam/coders/required_coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import {
  BoolCoder,
  BytesCoder,
  DoubleCoder,
  StrUtf8Coder,
  VarIntCoder,
} from "apache-beam/coders/standard_coders";
import { AtomicType, type FieldType } from "apache-beam/proto/schema";
import { logicalCoder } from "./logical_types";
import { mapCoder } from "./map_coder";
import { byte, float, int16, int32 } from "./numbers";

type CoderOf = (type: FieldType) => Coder<unknown>;

const ATOMIC: Partial<Record<AtomicType, Coder<unknown>>> = {
  [AtomicType.BYTE]: byte,
  [AtomicType.INT16]: int16,
  [AtomicType.INT32]: int32,
  [AtomicType.INT64]: new VarIntCoder(),
  [AtomicType.FLOAT]: float,
  [AtomicType.DOUBLE]: new DoubleCoder(),
  [AtomicType.STRING]: new StrUtf8Coder(),
  [AtomicType.BOOLEAN]: new BoolCoder(),
  [AtomicType.BYTES]: new BytesCoder(),
};

/**
 * The coder of values of a type that are not null.
 * @param coderOf the coder of the types inside it, whose values may be null
 * @returns undefined when it is none of the standard's: a logical type of a person's own
 */
export function fieldCoder({ typeInfo }: FieldType, coderOf: CoderOf): Coder<unknown> | undefined {
  switch (typeInfo.oneofKind) {
    case "atomicType":
      return ATOMIC[typeInfo.atomicType];
    case "arrayType":
      return new IterableCoder(coderOf(typeInfo.arrayType.elementType!));
    case "iterableType":
      return new IterableCoder(coderOf(typeInfo.iterableType.elementType!));
    case "mapType":
      return mapCoder(coderOf(typeInfo.mapType.keyType!), coderOf(typeInfo.mapType.valueType!));
    case "rowType":
      return RowCoder.fromSchema(typeInfo.rowType.schema!);
    case "logicalType":
      return logicalCoder(typeInfo.logicalType, coderOf);
    case undefined:
      return undefined;
  }
}
