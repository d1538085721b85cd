// Maps in rows: how many entries, as 32 bits, then keys and values.
import { Context, type Coder } from "apache-beam/coders/coders";
import { skip, writeWith } from "../bytes";
import { innerCoder } from "../coder";
import { ElementDecodingError, ElementEncodingError } from "../errors";
import { int32At, putInt32 } from "../int32";

/** The coder of a `Map`. */
export function mapCoder<K, V>(keys: Coder<K>, values: Coder<V>): Coder<unknown> {
  return innerCoder<unknown>({
    encode(map, writer) {
      if (!(map instanceof Map)) throw new ElementEncodingError("It is no Map.");
      writeWith(writer, putInt32, 4, map.size);
      for (const [key, value] of map as Map<K, V>) {
        keys.encode(key, writer, Context.needsDelimiters);
        values.encode(value, writer, Context.needsDelimiters);
      }
    },
    decode(reader) {
      const size = int32At(reader.buf, skip(reader, 4));
      if (size < 0) throw new ElementDecodingError(`A map can't have ${size} entries.`);
      const map = new Map<K, V>();
      for (let i = 0; i < size; i++) {
        const key = keys.decode(reader, Context.needsDelimiters);
        map.set(key, values.decode(reader, Context.needsDelimiters));
      }
      return map;
    },
  });
}
