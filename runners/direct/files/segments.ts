// The files of borders: what a task writes is cut into partitions, of each of which a file has segments.
import { closeSync, openSync, readSync, rmSync, statfsSync, writeSync } from "node:fs";
import path from "node:path";
import { DiskFullError } from "../errors";
import { EntryBuffer } from "./entry";

/** A part of a file that holds entries of one partition. */
export interface Segment {
  readonly file: string;
  readonly partition: number;
  readonly offset: number;
  readonly length: number;
}

/** So many bytes of the disk are left to others. */
const SPARE_BYTES = 256 * 2 ** 20;

/** Writes entries into the partitions of one file, which is made when there is something to write. */
export class SegmentWriter {
  private readonly buffers: EntryBuffer[];
  private buffered = 0;
  private fd: number | undefined;
  private offset = 0;
  private segments: Segment[] = [];

  /** @param budget how many bytes may wait in memory */
  constructor(
    private readonly file: string,
    partitions: number,
    private readonly budget: number,
  ) {
    this.buffers = Array.from({ length: partitions }, () => new EntryBuffer());
  }

  /** @throws DiskFullError */
  add(partition: number, window: Uint8Array, key: Uint8Array, value: Uint8Array): void {
    const buffer = this.buffers[partition];
    const before = buffer.length;
    buffer.add(window, key, value);
    this.buffered += buffer.length - before;
    if (this.buffered > this.budget) this.flush();
  }

  /** Ends the file and tells what is where in it. */
  finish(): Segment[] {
    this.flush();
    this.close();
    return this.segments;
  }

  /** Removes what was written. */
  abandon(): void {
    if (this.fd === undefined) return;
    this.close();
    rmSync(this.file, { force: true });
  }

  private flush(): void {
    if (this.buffered === 0) return;
    this.checkRoom();
    this.fd ??= openSync(this.file, "wx");
    for (const [partition, buffer] of this.buffers.entries()) {
      if (buffer.length === 0) continue;
      writeAll(this.fd, buffer.view(), this.file);
      this.segments.push({ file: this.file, partition, offset: this.offset, length: buffer.length });
      this.offset += buffer.length;
      buffer.clear();
    }
    this.buffered = 0;
  }

  private checkRoom(): void {
    const { bavail, bsize } = statfsSync(path.dirname(this.file));
    const free = bavail * bsize;
    if (free - this.buffered < SPARE_BYTES) throw new DiskFullError(path.dirname(this.file), free);
  }

  private close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

function writeAll(fd: number, bytes: Buffer, file: string): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC")
      throw new DiskFullError(path.dirname(file), 0, error);
    throw error;
  }
}

/** Reads spans of files, and keeps the files open until it is closed. */
export class SegmentReader {
  private readonly open = new Map<string, number>();

  read({ file, offset, length }: Pick<Segment, "file" | "offset" | "length">): Buffer {
    let fd = this.open.get(file);
    if (fd === undefined) this.open.set(file, (fd = openSync(file, "r")));
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let at = 0; at < length;) {
      const count = readSync(fd, bytes, at, length - at, offset + at);
      if (count === 0) throw new Error(`The file ${file} ends before byte ${offset + length}.`);
      at += count;
    }
    return bytes;
  }

  /** Closes a file that is about to be removed. */
  forget(file: string): void {
    const fd = this.open.get(file);
    if (fd !== undefined) closeSync(fd);
    this.open.delete(file);
  }

  close(): void {
    for (const fd of this.open.values()) closeSync(fd);
    this.open.clear();
  }
}
