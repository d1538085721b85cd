// The frame of an Avro file: its header, and the blocks of a range of its bytes.
import { UnreadableFileError } from "../../errors";
import type { ByteRange, InputFile } from "../input_format";
import { ByteSource } from "./byte_source";
import { decompressorOf, type Decompress } from "./codecs";
import { Cursor } from "./cursor";
import { checkCount, DamageError, MAX_BLOCK_BYTES } from "./damage";
import { parseSchema, type AvroType } from "./schema";

export const MAGIC = Buffer.from("Obj\u0001", "latin1");
export const SYNC_BYTES = 16;

/** What is read at once in the hope that it holds the header, and what a header may have at most. */
const HEADER_BYTES = 1 << 16;
const MAX_HEADER_BYTES = 1 << 24;
/** Two numbers of at most ten bytes are before a block's data. */
const BLOCK_HEAD_BYTES = 20;

const MISSING = "A part of the file is missing; copy it again.";

export interface Header {
  schema: AvroType;
  decompress: Decompress;
  /** What stands behind the header and behind each block. */
  sync: Buffer;
  /** Where the first block begins. */
  end: number;
}

/** Records that are compressed together. */
export interface Block {
  /** Where it begins: right behind the header or the block before. */
  start: number;
  count: number;
  /** The binary values of the records, decompressed. */
  data: Buffer;
}

/**
 * Reads a header, from the beginning of a file.
 * @throws UnreadableFileError
 */
export async function readHeader(source: ByteSource, file: InputFile): Promise<Header> {
  for (let wanted = MAGIC.length; ;) {
    const isHere = await source.fill(wanted);
    const { unread } = source;
    if (unread.length === 0) {
      throw new UnreadableFileError(file.name, "it is empty, and an Avro file has a header at least.");
    }
    if (!unread.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new UnreadableFileError(
        file.name,
        "it is not an Avro file (which begins with 'Obj' and the byte 1). Name its format, if it is another.",
      );
    }
    const header = parseHeader(unread, file);
    if (header !== undefined) {
      source.take(header.end);
      return header;
    }
    if (!isHere || unread.length > MAX_HEADER_BYTES) {
      const reason = isHere
        ? `its header has more than ${MAX_HEADER_BYTES} bytes.`
        : `it ends within its header, at byte ${unread.length}. ${MISSING}`;
      throw new UnreadableFileError(file.name, reason);
    }
    wanted = Math.max(HEADER_BYTES, 2 * unread.length);
  }
}

/** The header that bytes begin with; undefined when they end within it. */
function parseHeader(bytes: Buffer, file: InputFile): Header | undefined {
  const metadata = new Map<string, Buffer>();
  const cursor = new Cursor(bytes, MAGIC.length);
  let sync: Buffer;
  try {
    const text = (): Buffer => {
      const length = cursor.natural("a length");
      const from = cursor.take(length);
      return bytes.subarray(from, from + length);
    };
    for (let count = cursor.itemCount(); count > 0; count = cursor.itemCount()) {
      for (let i = 0; i < count; i++) metadata.set(text().toString(), text());
    }
    const from = cursor.take(SYNC_BYTES);
    // A copy: what it is read from is given back.
    sync = Buffer.from(bytes.subarray(from, from + SYNC_BYTES));
  } catch (error) {
    if (error instanceof DamageError) return undefined;
    throw error;
  }
  try {
    const schema = metadata.get("avro.schema");
    if (schema === undefined) throw new DamageError("its header has no schema");
    return {
      schema: parseSchema(schema.toString()),
      decompress: decompressorOf(metadata.get("avro.codec")?.toString() ?? "null"),
      sync,
      end: cursor.position,
    };
  } catch (error) {
    if (error instanceof DamageError) throw new UnreadableFileError(file.name, error.message);
    throw error;
  }
}

/**
 * The blocks of a range. A block belongs to the range in whose bytes `[start, end)` it begins; it begins right behind
 * the header or the sync marker of the block before, so that ranges that cover the file have each block once.
 * @param onHeader called before the first block
 * @throws UnreadableFileError
 */
export async function* readBlocks(
  file: InputFile,
  range: ByteRange,
  onHeader: (header: Header) => void,
): AsyncGenerator<Block> {
  const expected = Math.min(range.end, file.size ?? Infinity);
  let source = new ByteSource(file, 0, range.start === 0 ? expected : Math.min(HEADER_BYTES, expected));
  try {
    const header = await readHeader(source, file);
    onHeader(header);
    if (range.start > header.end) {
      await source.close();
      // From here on, the first marker that ends in the range is that of a block which begins in it.
      source = new ByteSource(file, range.start - SYNC_BYTES, expected);
      if (!(await skipMarker(source, header.sync, range.end))) return;
    } else if (range.start > 0) {
      await source.close();
      source = new ByteSource(file, header.end, expected);
    }
    while (source.position < range.end && (await source.fill(1))) yield await readBlock(source, header, file);
  } finally {
    await source.close();
  }
}

/** Moves behind the next sync marker; false when none ends before `end`. */
async function skipMarker(source: ByteSource, sync: Buffer, end: number): Promise<boolean> {
  while (source.position + SYNC_BYTES < end && (await source.fill(SYNC_BYTES))) {
    const at = source.unread.indexOf(sync);
    if (at >= 0) {
      source.take(at + SYNC_BYTES);
      return true;
    }
    source.take(source.unread.length - SYNC_BYTES + 1);
  }
  return false;
}

async function readBlock(source: ByteSource, header: Header, file: InputFile): Promise<Block> {
  const start = source.position;
  try {
    await source.fill(BLOCK_HEAD_BYTES);
    const head = new Cursor(source.unread);
    const count = head.natural("its number of records");
    const size = head.natural("its size");
    if (size > MAX_BLOCK_BYTES) throw new DamageError(`it claims to have ${size} bytes`);
    const end = start + head.position + size + SYNC_BYTES;
    source.take(head.position);
    if (end > (file.size ?? Infinity) || !(await source.fill(size + SYNC_BYTES))) {
      throw new DamageError(`the file ends within it. ${MISSING}`);
    }
    const data = source.take(size);
    if (!source.take(SYNC_BYTES).equals(header.sync)) {
      throw new DamageError("no sync marker is behind it");
    }
    const bytes = await header.decompress(data);
    checkCount(count, bytes.length, "records");
    return { start, count, data: bytes };
  } catch (error) {
    throw damaged(file, start, error);
  }
}

/** What is thrown for a fault in the block that begins at `start`. */
export function damaged(file: InputFile, start: number, error: unknown, row?: string): unknown {
  if (!(error instanceof DamageError)) return error;
  const place = row === undefined ? "" : ` (${row})`;
  return new UnreadableFileError(
    file.name,
    `its block at byte ${start}${place} is damaged: ${error.message}`,
  );
}
