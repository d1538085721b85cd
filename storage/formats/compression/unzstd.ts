// Decompresses zstd: fzstd decodes the blocks, and what it does not look at is checked here.
import { UnreadableFileError } from "../../errors";
import { ByteSource } from "./byte_source";
import {
  checksum,
  FRAME_MAGIC,
  frameDescriptor,
  frameHeader,
  HAS_CHECKSUM,
  SKIPPABLE_MAGIC,
  type FrameHeader,
} from "./zstd_frame";
import { XxHash64 } from "./xxhash64";

/**
 * Frames that refer back further are refused: fzstd keeps a window in memory and moves all of it with each block, and
 * from 96 MiB on what it gives is wrong.
 */
const MAX_WINDOW = 64 << 20;

const MAX_BLOCK = 1 << 17;
const RLE = 1;
const RESERVED = 3;

/**
 * The content of zstd frames one after the other. fzstd alone knows no checksums, takes a damaged block for a good one,
 * and calls itself once a frame, too deep for many small ones: it is given one frame at a time, a block at a time.
 */
export async function* unzstd(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const { Decompress } = require("fzstd") as typeof import("fzstd");
  const source = new ByteSource(chunks);
  const damaged = (what: string, cause?: unknown): UnreadableFileError =>
    new UnreadableFileError(name, `its zstd data is damaged (${what}). Get the file again.`, { cause });

  /** The next bytes, all of them. */
  const take = async (size: number): Promise<Buffer> => {
    const bytes = await source.take(size);
    if (bytes.length < size) throw cutOff(name, source.position);
    return bytes;
  };

  async function* frame(): AsyncGenerator<Buffer> {
    const [flags] = await take(1);
    const descriptor = frameDescriptor(flags);
    if (descriptor.isReserved) throw damaged("a frame's header is none");
    const { windowBytes, dictionaryBytes, contentBytes } = descriptor;
    const fields = await take(windowBytes + dictionaryBytes + contentBytes);
    const header = frameHeader(descriptor, fields);
    check(header, name);

    let output: Uint8Array[] = [];
    const decoder = new Decompress((bytes) => output.push(bytes));
    const decode = (bytes: Buffer, isLast: boolean): void => {
      try {
        decoder.push(bytes, isLast);
      } catch (error) {
        throw damaged(`the frame that is read at byte ${source.position}`, error);
      }
    };
    const start = Buffer.alloc(5);
    start.writeUInt32LE(FRAME_MAGIC);
    // The checksum is not shown to fzstd, which would only pass over it.
    start[4] = flags & ~HAS_CHECKSUM;
    decode(Buffer.concat([start, fields]), false);

    const hash = new XxHash64();
    let size = 0;
    for (let isLast = false; !isLast;) {
      const blockHead = await take(3);
      const word = blockHead.readUIntLE(0, 3);
      const type = (word >> 1) & 3;
      const blockSize = word >> 3;
      isLast = (word & 1) === 1;
      if (type === RESERVED || blockSize > Math.min(MAX_BLOCK, header.window))
        throw damaged("a block's size or kind");
      const block = await take(type === RLE ? 1 : blockSize);
      decode(Buffer.concat([blockHead, block]), isLast);
      for (const bytes of output) {
        if (bytes.length === 0) continue;
        if (descriptor.hasChecksum) hash.update(bytes);
        size += bytes.length;
        yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }
      output = [];
    }
    if (header.content !== undefined && size !== header.content) {
      throw damaged(`a frame has ${size} bytes, and says ${header.content}`);
    }
    if (descriptor.hasChecksum && !(await take(4)).equals(checksum(hash)))
      throw damaged("a checksum is wrong");
  }

  try {
    for (;;) {
      const start = source.position;
      const magic = await source.take(4);
      if (magic.length === 0 && start > 0) return;
      if (magic.length < 4)
        throw isStartOfMagic(magic) ? cutOff(name, source.position) : notZstd(name, start);
      const number = magic.readUInt32LE();
      if (number === FRAME_MAGIC) {
        yield* frame();
      } else if (number >= SKIPPABLE_MAGIC && number < SKIPPABLE_MAGIC + 16) {
        const size = (await take(4)).readUInt32LE();
        if ((await source.skip(size)) < size) throw cutOff(name, source.position);
      } else {
        throw notZstd(name, start);
      }
    }
  } finally {
    await source.close();
  }
}

/** Whether a frame of data, or one of none, may begin with these bytes, fewer than four. */
function isStartOfMagic(bytes: Buffer): boolean {
  const isStart = (magic: number): boolean => {
    const whole = Buffer.alloc(4);
    whole.writeUInt32LE(magic);
    return bytes.equals(whole.subarray(0, bytes.length));
  };
  return isStart(FRAME_MAGIC) || isStart(SKIPPABLE_MAGIC + ((bytes[0] ?? 0) & 15));
}

function cutOff(name: string, size: number): UnreadableFileError {
  const reason =
    size === 0
      ? "it is empty (0 bytes), which no zstd file is, not even one of no data: it is cut off."
      : `it is cut off: its zstd data goes on behind its last byte, number ${size}.`;
  return new UnreadableFileError(name, `${reason} Get the whole file.`);
}

function notZstd(name: string, position: number): UnreadableFileError {
  return new UnreadableFileError(
    name,
    position === 0
      ? "it is no zstd file. Its name says that it is one: give it the right extension."
      : `what follows its zstd data, from byte ${position} on, is no zstd data: it is damaged, or something was added to it.`,
  );
}

function check({ window, dictionary }: FrameHeader, name: string): void {
  if (dictionary !== 0) {
    throw new UnreadableFileError(name, "it needs a zstd dictionary. Compress it without one.");
  }
  if (window > MAX_WINDOW) {
    throw new UnreadableFileError(
      name,
      `it needs a zstd window of ${Math.ceil(window / 2 ** 20)} MiB, more than ${MAX_WINDOW / 2 ** 20} MiB. ` +
        "Compress it again with --long=26 or less, or without --long and --ultra.",
    );
  }
}
