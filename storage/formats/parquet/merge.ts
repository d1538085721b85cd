// Makes several Parquet files of the same columns one: their row groups as they are, and a footer that knows all of them.
import { isDeepStrictEqual } from "node:util";
import { UnreadableFileError } from "../../errors";
import type { Segment, ShardSource } from "../../file_systems/staged_output";
import { type Footer, MAGIC, readFooter } from "./footer";

/**
 * A struct of Thrift, as hyparquet decodes it: `field_N` by the numbers of parquet.thrift. Decoded and encoded as such,
 * what a footer says is kept to the last byte, statistics among it; only places in the file are changed.
 */
type Struct = Record<`field_${number}`, unknown>;

/** One file of several (one at least), each whole and with the same schema. */
export async function mergeParquet(shards: readonly ShardSource[]): Promise<Segment[]> {
  if (shards.length === 1) return [{ shard: shards[0].path, start: 0, end: shards[0].size }];
  const [{ ByteWriter }, { serializeTCompactProtocol }, { deserializeTCompactProtocol }] = await Promise.all([
    import("hyparquet-writer"),
    import("hyparquet-writer/src/thrift.js"),
    import("hyparquet/src/thrift.js"),
  ]);
  const decode = ({ bytes }: Footer): Struct =>
    deserializeTCompactProtocol({
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
      offset: 0,
    });

  const segments: Segment[] = [MAGIC];
  let size = MAGIC.length;
  let merged: Struct | undefined;
  const groups: Struct[] = [];
  let rows = 0n;
  for (const shard of shards) {
    const { path } = shard;
    const footer = await readFooter({
      name: path,
      size: shard.size,
      read: (start, end) => shard.read(start, end),
    });
    const metadata = decode(footer);
    merged ??= metadata;
    if (!isDeepStrictEqual(metadata.field_2, merged.field_2)) {
      throw new UnreadableFileError(path, "its columns are not those of the other shards");
    }
    const shift = BigInt(size - MAGIC.length);
    for (const group of metadata.field_4 as Struct[]) groups.push(shifted(group, shift));
    rows += metadata.field_3 as bigint;
    if (footer.start > MAGIC.length) segments.push({ shard: path, start: MAGIC.length, end: footer.start });
    size += footer.start - MAGIC.length;
  }
  if (merged === undefined) throw new Error("There are no shards to merge");

  const out = new ByteWriter();
  // Fields keep their order, which the encoding needs.
  serializeTCompactProtocol(out, { ...merged, field_3: rows, field_4: groups });
  out.appendUint32(out.offset);
  out.appendBytes(MAGIC);
  return [...segments, Buffer.from(out.getBytes())];
}

/** A row group (RowGroup in parquet.thrift) that lies `by` bytes later in the file. */
function shifted(group: Struct, by: bigint): Struct {
  const columns = (group.field_1 as Struct[]).map((chunk) => {
    // Page indexes (fields 4 to 7) and Bloom filters (14 and 15 of the metadata) may be left out. Ours have none; those
    // of others would say where pages were.
    const { field_4, field_5, field_6, field_7, ...column } = chunk;
    void [field_4, field_5, field_6, field_7];
    const { field_14, field_15, ...metadata } = column.field_3 as Struct;
    void [field_14, field_15];
    // Where the data pages, the index pages and the dictionary are.
    const places = move(metadata, ["field_9", "field_10", "field_11"], by);
    return { ...move(column, ["field_2"], by), field_3: places };
  });
  const { field_7, ...rest } = group; // its number in its file
  void field_7;
  return { ...rest, ...move(rest, ["field_5"], by), field_1: columns };
}

function move(struct: Struct, fields: readonly `field_${number}`[], by: bigint): Struct {
  const moved = { ...struct };
  for (const field of fields) {
    const place = moved[field];
    // 0 says that there is no such place.
    if (typeof place === "bigint" && place > 0n) moved[field] = place + by;
  }
  return moved;
}
