// Schemas: what the SDK's row coder makes of the types in them, and how it guesses them from an example.
import type { Coder } from "apache-beam/coders/coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { AtomicType, type FieldType } from "apache-beam/proto/schema";
import { fieldCoder } from "./field_coders";

/** Gives the SDK's row coder the coders of all of the standard's types, and lets it see that a number is no whole one. */
export function mendSchemas(): void {
  const { prototype } = RowCoder;
  // The SDK's own knows the logical types that were registered with it, and refuses the others.
  const sdkCoder = Reflect.get(prototype, "getNonNullCoderFromType") as (
    this: RowCoder,
    type: FieldType,
  ) => Coder<unknown>;
  prototype.getNonNullCoderFromType = function (this: RowCoder, type) {
    return (
      fieldCoder(type, (inner) => this.getCoderFromType(inner) as Coder<unknown>) ?? sdkCoder.call(this, type)
    );
  };

  const sdkType = RowCoder.inferTypeFromJSON.bind(RowCoder);
  RowCoder.inferTypeFromJSON = (example: unknown, nullable = true): FieldType => {
    const atomicType = atomicTypeOf(example);
    if (atomicType === undefined) return sdkType(example, nullable);
    return { nullable, typeInfo: { oneofKind: "atomicType", atomicType } };
  };
}

/** The type of an example that the SDK finds none for. */
function atomicTypeOf(example: unknown): AtomicType | undefined {
  if (typeof example === "bigint") return AtomicType.INT64;
  return typeof example === "number" && !Number.isInteger(example) ? AtomicType.DOUBLE : undefined;
}
