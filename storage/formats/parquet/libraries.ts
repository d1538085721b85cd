// Loads hyparquet and its companions when a Parquet file is met: they are ES modules, and a command that meets none is
// not to wait for them.
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Compressors } from "hyparquet";

/**
 * What decodes the parts of a file. hyparquet's own reader decodes whole column chunks into arrays of JavaScript values;
 * here its decoders are used page by page, so that memory is bounded by pages and values keep their digits.
 */
export interface Decoders {
  parquetMetadata: typeof import("hyparquet").parquetMetadata;
  parquetSchema: typeof import("hyparquet").parquetSchema;
  parquetHeader: typeof import("hyparquet/src/column.js").parquetHeader;
  decompressPage: typeof import("hyparquet/src/datapage.js").decompressPage;
  readPlain: typeof import("hyparquet/src/plain.js").readPlain;
  byteStreamSplit: typeof import("hyparquet/src/encoding.js").byteStreamSplit;
  deltaBinaryUnpack: typeof import("hyparquet/src/delta.js").deltaBinaryUnpack;
  readVarInt: typeof import("hyparquet/src/thrift.js").readVarInt;
  compressors: Compressors;
}

export async function loadDecoders(): Promise<Decoders> {
  const [root, column, dataPage, plain, encoding, delta, thrift, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/column.js"),
    import("hyparquet/src/datapage.js"),
    import("hyparquet/src/plain.js"),
    import("hyparquet/src/encoding.js"),
    import("hyparquet/src/delta.js"),
    import("hyparquet/src/thrift.js"),
    import("hyparquet-compressors"),
  ]);
  return {
    parquetMetadata: root.parquetMetadata,
    parquetSchema: root.parquetSchema,
    parquetHeader: column.parquetHeader,
    decompressPage: dataPage.decompressPage,
    readPlain: plain.readPlain,
    byteStreamSplit: encoding.byteStreamSplit,
    deltaBinaryUnpack: delta.deltaBinaryUnpack,
    readVarInt: thrift.readVarInt,
    // Node has these two itself, and faster.
    compressors: {
      ...compressors,
      GZIP: (input, size) => gunzipSync(input, { maxOutputLength: Math.max(1, size) }),
      BROTLI: (input, size) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, size) }),
    },
  };
}
