// The outside of zstd's frames (RFC 8878): their headers, and frames that hold bytes as they are.
import { XxHash64 } from "./xxhash64";

export const FRAME_MAGIC = 0xfd2fb528;
/** The first of sixteen magic numbers of frames that hold no data. */
export const SKIPPABLE_MAGIC = 0x184d2a50;

/** Bits of the first byte of a header, behind the magic number. */
const SINGLE_SEGMENT = 1 << 5;
const RESERVED = 1 << 3;
export const HAS_CHECKSUM = 1 << 2;

const MAX_BLOCK = 1 << 17;

/** What the first byte of a frame's header tells of it. */
export interface FrameDescriptor {
  isReserved: boolean;
  isSingleSegment: boolean;
  hasChecksum: boolean;
  /** Bytes of the window's size, of the dictionary's id and of the content's size, in this order. */
  windowBytes: number;
  dictionaryBytes: number;
  contentBytes: number;
}

export function frameDescriptor(byte: number): FrameDescriptor {
  const isSingleSegment = (byte & SINGLE_SEGMENT) !== 0;
  return {
    isReserved: (byte & RESERVED) !== 0,
    isSingleSegment,
    hasChecksum: (byte & HAS_CHECKSUM) !== 0,
    windowBytes: isSingleSegment ? 0 : 1,
    dictionaryBytes: [0, 1, 2, 4][byte & 3],
    contentBytes: byte >> 6 === 0 ? (isSingleSegment ? 1 : 0) : 1 << (byte >> 6),
  };
}

/** What a header says of its frame. */
export interface FrameHeader {
  /** How far back the content refers, in bytes. */
  window: number;
  dictionary: number;
  /** Bytes of content; undefined where it is not said. */
  content: number | undefined;
}

/** @param fields the bytes of the header behind its first */
export function frameHeader(descriptor: FrameDescriptor, fields: Buffer): FrameHeader {
  const { windowBytes, dictionaryBytes, contentBytes, isSingleSegment } = descriptor;
  const at = windowBytes + dictionaryBytes;
  const content =
    contentBytes === 0
      ? undefined
      : contentBytes === 8
        ? Number(fields.readBigUInt64LE(at))
        : fields.readUIntLE(at, contentBytes) + (contentBytes === 2 ? 256 : 0);
  const base = 2 ** (10 + (fields[0] >> 3));
  return {
    window: isSingleSegment ? content! : base + (base / 8) * (fields[0] & 7),
    dictionary: dictionaryBytes === 0 ? 0 : fields.readUIntLE(windowBytes, dictionaryBytes),
    content,
  };
}

/** The checksum that ends a frame with this content. */
export function checksum(hash: XxHash64): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(hash.digest()[1]);
  return bytes;
}

/** Gives a frame that has none the checksum of its content. */
export function withChecksum(frame: Buffer, content: Buffer): Buffer {
  frame[4] |= HAS_CHECKSUM;
  return Buffer.concat([frame, checksum(new XxHash64().update(content))]);
}

/** A frame that holds its content as it is: the same bytes wherever it is made. */
export function storedFrame(content: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(FRAME_MAGIC, 0);
  head[4] = (2 << 6) | SINGLE_SEGMENT | HAS_CHECKSUM;
  head.writeUInt32LE(content.length, 5);
  const parts: Buffer[] = [head];
  for (let from = 0; from === 0 || from < content.length; from += MAX_BLOCK) {
    const block = content.subarray(from, from + MAX_BLOCK);
    const isLast = from + MAX_BLOCK >= content.length;
    const blockHead = Buffer.alloc(3);
    blockHead.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
    parts.push(blockHead, block);
  }
  return Buffer.concat([...parts, checksum(new XxHash64().update(content))]);
}
