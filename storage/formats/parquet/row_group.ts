// Reads the rows of one row group as JSON texts.
import type { RowGroup } from "hyparquet";
import { UnreadableFileError } from "../../errors";
import { ChunkBytes } from "./chunk_bytes";
import { ColumnTexts } from "./column_texts";
import { fieldTexts } from "./field_texts";
import { type ByteSource, readFully } from "./footer";
import type { Decoders } from "./libraries";
import { ChunkPages } from "./pages";
import { chunkStart, type Description } from "./schema";
import { type Encounters, valueWriter } from "./value_texts";

/** A row group of no more bytes is fetched at once; of a larger one its columns are read through windows of so many together. */
const HELD_BYTES = 64 << 20;
const LEAST_WINDOW = 1 << 20;

/**
 * Bytes behind a column chunk that may still belong to it: Parquet's first C++ writer did not count the header of the
 * dictionary (PARQUET-816).
 */
const UNCOUNTED_HEADER = 100;

/** The columns of a row group, and how rows come from them. */
export class RowGroupReader {
  private constructor(
    private readonly columns: readonly ColumnTexts[],
    private readonly fields: readonly ((count: number) => string[])[],
    private readonly prefixes: readonly string[],
  ) {}

  static async open(
    decoders: Decoders,
    file: ByteSource,
    { fields, leaves }: Description,
    group: RowGroup,
    met: Encounters,
  ): Promise<RowGroupReader> {
    const chunks = await chunksOf(file, group);
    const leafTexts = leaves.map((leaf, i) => {
      const { element } = leaf.path[leaf.path.length - 1];
      const writer = valueWriter(element, met);
      if (writer === undefined) {
        throw new UnreadableFileError(
          file.name,
          `its column '${leaf.name}' has an unknown type (${element.type})`,
        );
      }
      const pages = new ChunkPages(decoders, file.name, leaf, group.columns[i].meta_data!, chunks[i]);
      return { column: new ColumnTexts(pages, leaf, writer), isString: writer.isString };
    });
    let place = 0;
    const readers = fields.map((field) => {
      const isFlat = field.children.length === 0 && field.element.repetition_type !== "REPEATED";
      if (isFlat) {
        const { column } = leafTexts[place++];
        return (count: number) => column.takeRows(count);
      }
      const next = fieldTexts(field, () => leafTexts[place++]);
      return (count: number) => Array.from({ length: count }, next);
    });
    const prefixes = fields.map(({ element }, i) => `${i === 0 ? "{" : ","}${JSON.stringify(element.name)}:`);
    return new RowGroupReader(
      leafTexts.map(({ column }) => column),
      readers,
      prefixes,
    );
  }

  /** The next `count` rows, each an object with the columns in their order. */
  async rows(count: number): Promise<string[]> {
    // One after the other: together they would hold the windows of all columns at once while they are exchanged.
    for (const column of this.columns) await column.prepare(count);
    const { prefixes } = this;
    const fields = this.fields.map((read) => read(count));
    const rows = new Array<string>(count);
    for (let i = 0; i < count; i++) {
      let row = "";
      for (let j = 0; j < fields.length; j++) row += prefixes[j] + fields[j][i];
      rows[i] = `${row}}`;
    }
    return rows;
  }
}

/** The bytes of each column chunk. */
async function chunksOf(file: ByteSource, { columns }: RowGroup): Promise<ChunkBytes[]> {
  const places = columns.map(({ meta_data }, i) => {
    const start = chunkStart(columns, i);
    const end = start + Number(meta_data!.total_compressed_size);
    return { start, end: Math.min(end + UNCOUNTED_HEADER, file.size - 8) };
  });
  const first = Math.min(...places.map(({ start }) => start));
  const last = Math.max(...places.map(({ end }) => end));
  if (last - first <= HELD_BYTES) {
    const all = await readFully(file, first, last);
    return places.map(
      ({ start, end }) => new ChunkBytes(file, all.subarray(start - first, end - first), end, end, 0),
    );
  }
  const window = Math.max(LEAST_WINDOW, Math.floor(HELD_BYTES / columns.length));
  return places.map(({ start, end }) => new ChunkBytes(file, Buffer.alloc(0), start, end, window));
}
