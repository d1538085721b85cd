// The files of borders: what a task writes is cut into partitions, of each of which a file has segments.
import { closeSync, openSync, readSync, rmSync, writevSync } from "node:fs";
import path from "node:path";
import { checkRoom, writeError } from "./disk_room";
import { EntryBuffer, entryHead } from "./entry";

/** A part of a file that holds entries of one partition. */
export interface Segment {
  readonly file: string;
  readonly partition: number;
  readonly offset: number;
  readonly length: number;
}

/** Values of so many bytes are written as they come: to gather them first is to copy them, into memory that is new. */
const WRITTEN_AT_ONCE = 1 << 15;

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
    if (value.length >= WRITTEN_AT_ONCE) {
      checkRoom(path.dirname(this.file), value.length);
      return this.write(partition, [entryHead(window, key, value.length), value]);
    }
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
    checkRoom(path.dirname(this.file), this.buffered);
    for (const [partition, buffer] of this.buffers.entries()) {
      if (buffer.length === 0) continue;
      this.write(partition, [buffer.view()]);
      buffer.clear();
    }
    this.buffered = 0;
  }

  /** Writes a segment. */
  private write(partition: number, bytes: readonly Uint8Array[]): void {
    const length = bytes.reduce((sum, piece) => sum + piece.length, 0);
    this.fd ??= openSync(this.file, "wx");
    writeAll(this.fd, bytes, length, this.file);
    this.segments.push({ file: this.file, partition, offset: this.offset, length });
    this.offset += length;
  }

  private close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

function writeAll(fd: number, pieces: readonly Uint8Array[], length: number, file: string): void {
  try {
    let written = writevSync(fd, pieces);
    // The rest of what was cut short, a rare case.
    while (written < length) {
      const rest = Buffer.concat(pieces).subarray(written);
      written += writevSync(fd, [rest]);
    }
  } catch (error) {
    throw writeError(path.dirname(file), length, error);
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
