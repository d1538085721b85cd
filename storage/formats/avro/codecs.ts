// How the blocks of an Avro file are compressed: one function a codec, each loading its library when it is needed.
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { crc32 } from "./crc32";
import { Cursor } from "./cursor";
import { DamageError, MAX_BLOCK_BYTES } from "./damage";

/** Gives the bytes of a block back as they were before they were compressed. */
export type Decompress = (data: Buffer) => Promise<Buffer>;

const inflate = promisify(inflateRaw);

/**
 * The function that decompresses the blocks of a codec.
 * @throws DamageError for one that is not read
 */
export function decompressorOf(codec: string): Decompress {
  const decompress = CODECS.get(codec);
  if (decompress !== undefined) {
    return (data) =>
      decompress(data).catch((error: unknown) => {
        throw error instanceof DamageError
          ? error
          : new DamageError(`its ${codec} data is damaged: ${(error as Error).message}`);
      });
  }
  const known = [...CODECS.keys()].join(", ");
  throw new DamageError(
    `its blocks are compressed with '${codec}', which is not read. Write it again with one of ${known}.`,
  );
}

const CODECS = new Map<string, Decompress>([
  ["null", async (data) => data],
  ["deflate", (data) => inflate(data, { maxOutputLength: MAX_BLOCK_BYTES })],
  ["snappy", decompressSnappy],
  ["zstandard", decompressZstandard],
]);

/** Snappy makes three bytes of 64 at best. */
const MAX_SNAPPY_RATIO = 22;

/** Snappy data, and behind it the checksum of what it decompresses to. */
async function decompressSnappy(data: Buffer): Promise<Buffer> {
  const { snappyUncompress } = await import("hyparquet");
  if (data.length < 5) throw new DamageError("its snappy data is too short");
  const compressed = data.subarray(0, -4);
  const size = unsignedAt0(compressed);
  if (size > MAX_BLOCK_BYTES || size > MAX_SNAPPY_RATIO * compressed.length) {
    throw new DamageError(`its snappy data claims to be ${size} bytes`);
  }
  const bytes = Buffer.allocUnsafe(size);
  snappyUncompress(compressed, bytes);
  if (crc32(bytes) !== data.readUInt32BE(compressed.length)) {
    throw new DamageError("its snappy data does not have the checksum that it should have");
  }
  return bytes;
}

/** The plain varint at the beginning: Avro's numbers are such, with the sign in the lowest bit. */
function unsignedAt0(bytes: Buffer): number {
  const value = Number(new Cursor(bytes).long());
  return value < 0 ? -2 * value - 1 : 2 * value;
}

async function decompressZstandard(data: Buffer): Promise<Buffer> {
  const { decompress } = await import("fzstd");
  const bytes = decompress(data);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
