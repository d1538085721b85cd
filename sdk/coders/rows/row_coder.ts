// Rows to bytes: how many fields, which of them are null, then the others one after the other.
import type { Coder } from "apache-beam/coders/coders";
import { Context } from "apache-beam/coders/coders";
import type { RowCoder } from "apache-beam/coders/row_coder";
import type { Schema } from "apache-beam/proto/schema";
import { view } from "../bytes";
import type { Codec, Reader } from "../coder";
import { ElementDecodingError, ElementEncodingError } from "../errors";
import { readVarint, writeVarint } from "../varint";

type Row = Record<string, unknown>;

/** A field, in the order of the encoding. */
interface Field {
  readonly name: string;
  readonly nullable: boolean;
  readonly coder: Coder<unknown>;
}

/** The fields of coders that were used. */
const fieldsOfCoders = new WeakMap<RowCoder, readonly Field[]>();

function fieldsOf(coder: RowCoder): readonly Field[] {
  let fields = fieldsOfCoders.get(coder);
  if (fields === undefined) {
    const { schema } = coder as unknown as { readonly schema: Schema };
    const ordered = schema.encodingPositionsSet
      ? schema.fields.toSorted((a, b) => a.encodingPosition - b.encodingPosition)
      : schema.fields;
    fields = ordered.map(({ name, type }) => ({
      name,
      nullable: type!.nullable,
      coder: coder.getNonNullCoderFromType(type!) as Coder<unknown>,
    }));
    fieldsOfCoders.set(coder, fields);
  }
  return fields;
}

/**
 * Bits of the null fields. They are in the order of the encoding, as Java has them; Python has them in that of the schema, and
 * the two differ only where encoding positions are set.
 */
function nullBits(row: Row, fields: readonly Field[]): Uint8Array {
  if (!fields.some(({ name }) => isNull(row[name]))) return new Uint8Array();
  const bits = new Uint8Array(Math.ceil(fields.length / 8));
  fields.forEach(({ name }, i) => {
    if (isNull(row[name])) bits[i >> 3] |= 1 << (i & 7);
  });
  return bits;
}

function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

export const row: Codec<unknown> & ThisType<RowCoder> = {
  encode(element, writer) {
    const fields = fieldsOf(this);
    const values = element as Row;
    writeVarint(writer, fields.length);
    writer.bytes(nullBits(values, fields));
    for (const { name, nullable, coder } of fields) {
      const value = values[name];
      if (!isNull(value)) encodeField(name, () => void coder.encode(value, writer, Context.needsDelimiters));
      else if (!nullable)
        throw new ElementEncodingError(`Field '${name}' of a row is null, which its schema forbids.`);
    }
  },
  decode(reader, context) {
    const fields = fieldsOf(this);
    const count = Number(readVarint(reader));
    const bits = view(reader, reader.uint32());
    // A newer schema has more fields than were written, an older one fewer.
    const row: Row = Object.fromEntries(
      fields.map(({ name, coder }, i): [string, unknown] => {
        const isThere = i < count && ((bits[i >> 3] ?? 0) & (1 << (i & 7))) === 0;
        return [name, isThere ? coder.decode(reader, Context.needsDelimiters) : null];
      }),
    );
    if (count > fields.length)
      passOver(reader, context, `A row has ${count} fields, and its schema ${fields.length}.`);
    return row;
  },
};

/** Goes to the end of a row some of whose fields are not known; where that is, is known only when nothing follows. */
function passOver(reader: Reader, context: Context, message: string): void {
  if (context !== Context.wholeStream) throw new ElementDecodingError(message);
  reader.pos = reader.len;
}

/** Says of a refused value which field it is in. */
function encodeField(name: string, encode: () => void): void {
  try {
    encode();
  } catch (error) {
    if (!(error instanceof ElementEncodingError)) throw error;
    throw new ElementEncodingError(`Field '${name}' of a row: ${error.message}`, { cause: error });
  }
}
