// The schema of a Parquet file as far as reading needs it: its fields, and the leaves that are columns of the file.
import type { FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import { UnreadableFileError } from "../../errors";
import { type ByteSource, readFooter } from "./footer";
import type { Decoders } from "./libraries";
import type { LeafSchema } from "./pages";

/** Where a row group begins in its file. */
export function groupStart({ columns }: RowGroup): number {
  return Math.min(...columns.map((_, i) => chunkStart(columns, i)));
}

/** Where the column chunk `i` begins. */
export function chunkStart(columns: RowGroup["columns"], i: number): number {
  const { dictionary_page_offset: dictionary, data_page_offset: data } = columns[i].meta_data!;
  // Some writers put 0 where there is no dictionary.
  return Number(dictionary !== undefined && dictionary > 0n && dictionary < data ? dictionary : data);
}

/** A file, as its footer describes it. */
export interface Description {
  fields: readonly SchemaTree[];
  /** In the order of the file's columns. */
  leaves: readonly LeafSchema[];
  groups: readonly RowGroup[];
}

/** @throws UnreadableFileError for what is no Parquet file, is damaged, or has parts that are not supported */
export async function describe(file: ByteSource, decoders: Decoders): Promise<Description> {
  const { bytes, start } = await readFooter(file);
  try {
    // Columns of maps are read as the bytes that they are.
    const metadata = decoders.parquetMetadata(bytes, { geoparquet: false });
    const root = decoders.parquetSchema(metadata);
    const leaves: LeafSchema[] = [];
    // Some writers call the root repeated, which counts for nothing.
    collectLeaves(root, [{ ...root, element: { ...root.element, repetition_type: "REQUIRED" } }], leaves);
    check(file.name, metadata, leaves, start);
    return { fields: root.children, leaves, groups: metadata.row_groups };
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    // What the footer says may be of any type.
    const reason = `it is damaged: its footer can't be read (${(error as Error).message})`;
    throw new UnreadableFileError(file.name, reason, { cause: error });
  }
}

function collectLeaves(node: SchemaTree, path: readonly SchemaTree[], leaves: LeafSchema[]): void {
  for (const child of node.children) {
    const longer = [...path, child];
    if (child.children.length > 0) {
      collectLeaves(child, longer, leaves);
    } else {
      const levels = longer.map(({ element }) => element.repetition_type);
      leaves.push({
        name: child.path.join("."),
        path: longer,
        maxDefinition: levels.filter((level) => level !== "REQUIRED").length,
        maxRepetition: levels.filter((level) => level === "REPEATED").length,
      });
    }
  }
}

/** @param end where the data end */
function check(name: string, metadata: FileMetaData, leaves: readonly LeafSchema[], end: number): void {
  const refuse = (reason: string): never => {
    throw new UnreadableFileError(name, reason);
  };
  for (const { name: leaf, path } of leaves) {
    if (path.some(({ element }) => element.logical_type?.type === "VARIANT")) {
      refuse(`its column '${leaf}' is a VARIANT, which is not supported. Write it as JSON text`);
    }
    for (const { element } of path.slice(1)) {
      if (typeof element.name !== "string" || element.repetition_type === undefined) {
        refuse(`it is damaged: the schema of its column '${leaf}' is not whole`);
      }
    }
  }
  let rows = 0n;
  for (const { columns, num_rows } of metadata.row_groups) {
    rows += num_rows;
    if (num_rows < 0n) refuse(`it is damaged: a row group has ${num_rows} rows`);
    if (columns.length !== leaves.length) {
      refuse(`it is damaged: a row group has ${columns.length} of ${leaves.length} columns`);
    }
    for (const [i, { meta_data, crypto_metadata, file_path }] of columns.entries()) {
      if (crypto_metadata !== undefined || meta_data === undefined) {
        refuse(`its column '${leaves[i].name}' is encrypted, which is not supported`);
      } else if (meta_data.codec === undefined || meta_data.codec === "LZO") {
        const codec = meta_data.codec ?? "an unknown codec";
        refuse(
          `its column '${leaves[i].name}' is compressed with ${codec}, which is not supported. Use zstd or snappy`,
        );
      }
      const { type } = leaves[i].path[leaves[i].path.length - 1].element;
      if (meta_data!.type !== type) refuse(`it is damaged: its column '${leaves[i].name}' is of two types`);
      if (file_path) refuse(`its column '${leaves[i].name}' is in another file, which is not supported`);
      const first = chunkStart(columns, i);
      if (num_rows > 0n && !(first >= 4 && first + Number(meta_data!.total_compressed_size) <= end)) {
        refuse(`it is damaged: its column '${leaves[i].name}' lies outside of the file`);
      }
    }
  }
  if (rows !== metadata.num_rows) {
    refuse(`it is damaged: it says that it has ${metadata.num_rows} rows, its row groups have ${rows}`);
  }
}
