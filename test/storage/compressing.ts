// Compresses and decompresses bytes in the chunks that a test asks for.
import type { FileEncoder, Rows } from "../../storage/formats/output_format";
import { compressed, decompress, type Compression } from "../../storage/formats/compression";
import { ByteColumn } from "../../storage/byte_column";

/** An encoder that gives each record's bytes as they are. */
export function plainEncoder(header = "", end = ""): FileEncoder {
  return {
    header: () => Buffer.from(header),
    encode: async ({ records }) => records.bytes,
    finish: async () => Buffer.from(end),
  };
}

export function rowsOf(bytes: Uint8Array): Rows {
  const column = new ByteColumn(Buffer.from(bytes), Uint32Array.of(bytes.length));
  return { records: column, predictions: column };
}

/** The file that an encoder makes, compressed. */
export async function fileOf(
  compression: Compression,
  blocks: Iterable<Uint8Array>,
  encoder = plainEncoder(),
): Promise<Buffer> {
  const file = compressed(encoder, compression);
  const parts = [file.header()];
  for (const block of blocks) parts.push(await file.encode(rowsOf(block)));
  parts.push(await file.finish());
  return Buffer.concat(parts);
}

/** Bytes cut into chunks of these sizes, over and over. */
export async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

/** What a file holds. */
export async function contentOf(
  compression: Compression,
  file: Buffer,
  sizes: readonly number[] = [1 << 16],
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of decompress(cut(file, sizes), compression, "file")) parts.push(chunk);
  return Buffer.concat(parts);
}

/** What a file holds, or the message with which it is refused. */
export async function contentOrRefusal(compression: Compression, file: Buffer): Promise<Buffer | Error> {
  return contentOf(compression, file, [37]).catch((error: Error) => error);
}
