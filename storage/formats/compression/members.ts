// Compresses bytes as members that stand alone: files of them can be joined, and cut where a member ends.
import type { Compression } from "../compression";
import { storedFrame, withChecksum } from "./zstd_frame";

/** Bytes of content of a member. */
const MEMBER_BYTES = 1 << 20;
/** Members of one file that are compressed at once, gzip's each in a thread. */
const AT_ONCE = 4;

const NOTHING = Buffer.alloc(0);

/** The byte of a gzip header that says which system made it; 255 is none. */
const GZIP_SYSTEM = 9;

/** A member that holds bytes as they are: the same bytes wherever it is made, and at once. */
export function storedMember(content: Buffer, compression: Compression): Buffer {
  if (compression === "zstd") return storedFrame(content);
  const { gzipSync } = require("node:zlib") as typeof import("node:zlib");
  const member = gzipSync(content, { level: 0 });
  member[GZIP_SYSTEM] = 255;
  return member;
}

/** Takes bytes and gives out members. Memory: a few members. */
export class MemberWriter {
  private content = Buffer.allocUnsafe(MEMBER_BYTES);
  private size = 0;
  /** The members that are being compressed, in their order. */
  private readonly members: Promise<Buffer>[] = [];

  constructor(private readonly compression: Compression) {}

  /** Adds bytes, which it copies; gives out the members that are ready, none more often than not. */
  async write(bytes: Buffer): Promise<Buffer> {
    const ready: Buffer[] = [];
    for (let from = 0; from < bytes.length;) {
      const copied = bytes.copy(this.content, this.size, from);
      from += copied;
      this.size += copied;
      if (this.size === MEMBER_BYTES) this.endMember();
      while (this.members.length > AT_ONCE) ready.push(await this.members.shift()!);
    }
    return ready.length === 0 ? NOTHING : Buffer.concat(ready);
  }

  /** Gives out the rest. */
  async finish(): Promise<Buffer> {
    if (this.size > 0) this.endMember();
    return Buffer.concat(await Promise.all(this.members.splice(0)));
  }

  private endMember(): void {
    const member = compressMember(this.content.subarray(0, this.size), this.compression);
    // Whoever takes the member learns of an error; nobody may, when the file is given up before.
    member.catch(() => {});
    this.members.push(member);
    this.content = Buffer.allocUnsafe(MEMBER_BYTES);
    this.size = 0;
  }
}

function compressMember(content: Buffer, compression: Compression): Promise<Buffer> {
  return compression === "gzip" ? gzipMember(content) : zstdMember(content);
}

function gzipMember(content: Buffer): Promise<Buffer> {
  const { gzip } = require("node:zlib") as typeof import("node:zlib");
  return new Promise((resolve, reject) => {
    gzip(content, (error, member) => (error ? reject(error) : resolve(member)));
  });
}

let zstd: Promise<typeof import("@bokuweb/zstd-wasm")> | undefined;

async function zstdMember(content: Buffer): Promise<Buffer> {
  zstd ??= loadZstd();
  const { compress } = await zstd;
  const frame = compress(content);
  return withChecksum(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength), content);
}

async function loadZstd(): Promise<typeof import("@bokuweb/zstd-wasm")> {
  const library = require("@bokuweb/zstd-wasm") as typeof import("@bokuweb/zstd-wasm");
  await library.init();
  return library;
}
