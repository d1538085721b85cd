// Files that are compressed as a whole: which are, how they are read, and how an encoder's files become such.
import { gunzip } from "./compression/gunzip";
import { MemberWriter, storedMember } from "./compression/members";
import { unzstd } from "./compression/unzstd";
import type { FileEncoder } from "./output_format";

export type Compression = "gzip" | "zstd";

/** What the names of compressed files end in. */
export const COMPRESSION_EXTENSIONS: Readonly<Record<Compression, string>> = { gzip: ".gz", zstd: ".zst" };

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  ".gz": "gzip",
  ".gzip": "gzip",
  ".zst": "zstd",
  ".zstd": "zstd",
};

const EXTENSION = /\.(?:gz|gzip|zst|zstd)$/i;

/** How a file is compressed, as its name says; undefined when it is not. */
export function compressionOf(path: string): Compression | undefined {
  const [extension] = EXTENSION.exec(path) ?? [];
  return extension === undefined ? undefined : COMPRESSIONS[extension.toLowerCase()];
}

/** The name without what says that the file is compressed: `a.csv` of `a.csv.gz`. */
export function withoutCompression(path: string): string {
  return path.replace(EXTENSION, "");
}

/**
 * What a compressed file holds, in chunks. Several members (gzip) or frames (zstd) are read one after the other. Memory:
 * a few chunks, and for zstd its window. Whoever stops early closes `chunks`.
 * @param name the file's, for errors
 * @throws UnreadableFileError when the file is damaged, cut off, or followed by something else
 */
export function decompress(
  chunks: AsyncIterable<Buffer>,
  compression: Compression,
  name: string,
): AsyncGenerator<Buffer> {
  return compression === "gzip" ? gunzip(chunks, name) : unzstd(chunks, name);
}

/**
 * An encoder whose files are compressed. Its header is a member of its own, and the same bytes in each file, so that
 * files can be joined like others: the header once, then what follows it.
 */
export function compressed(encoder: FileEncoder, compression: Compression): FileEncoder {
  const members = new MemberWriter(compression);
  const header = encoder.header();
  let isEmpty = header.length === 0;

  const write = async (bytes: Buffer): Promise<Buffer> => {
    if (bytes.length > 0) isEmpty = false;
    return members.write(bytes);
  };
  return {
    header: () => (header.length === 0 ? header : storedMember(header, compression)),
    encode: async (rows) => write(await encoder.encode(rows)),
    async finish() {
      const last = await write(await encoder.finish());
      // No member at all would be no compressed file.
      if (isEmpty) return storedMember(Buffer.alloc(0), compression);
      return Buffer.concat([last, await members.finish()]);
    },
  };
}
