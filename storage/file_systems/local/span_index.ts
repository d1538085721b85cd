// The index of a file that many processes write at once: whose the bytes are, span after span from the file's start.
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";

/**
 * Bytes of a record: the shard's id (8), the span's length (6) and a mark (2). A power of two, so that a record is
 * never in two blocks of a disk, of which the second might find no room.
 */
const RECORD = 16;
const MARK = 0x5350;
/** Bytes to read at a time. */
const READ = 256 * RECORD;

/** The id that no shard has: nothing may be reserved behind its record. */
const SEAL = "0000000000000000";

/** Bytes of the data file that a shard has reserved. */
export interface Span {
  shard: string;
  start: number;
  end: number;
}

/**
 * Spans are reserved without a lock: each record is appended by one small write, which the system does as a whole, and
 * where its span begins is the sum of the lengths before it. That holds between processes of one machine.
 *
 * The calls are synchronous: they take some microseconds in the system's memory.
 */
export class SpanIndex {
  /** Whether the file holds nothing but whole records. */
  isWhole = true;
  private readonly fd: number;
  private readonly buffer = Buffer.allocUnsafe(READ);
  /** The records up to here in the index are known, and the spans up to here in the data file. */
  private known = 0;
  private end = 0;

  /** @param mode whether it is made where there is none yet */
  constructor(path: string, mode: "create" | "existing") {
    const create = mode === "create" ? constants.O_CREAT : 0;
    this.fd = openSync(path, constants.O_RDWR | constants.O_APPEND | create, 0o666);
  }

  /**
   * Reserves the bytes that follow all that is reserved.
   * @param shard an id of 16 hexadecimal digits, which no other writer has, and which reserves one span after the other
   */
  reserve(shard: string, length: number): Span {
    this.append(shard, length);
    for (const span of this.unread()) {
      if (span.shard === shard) return span;
      if (span.shard === SEAL) throw new Error("the output is put in place already");
    }
    throw new Error("the index of the shards is damaged");
  }

  /** Ends reserving, and gives all spans that were reserved up to now. */
  seal(): Span[] {
    this.append(SEAL, 0);
    return [...this.unread()].filter(({ shard }) => shard !== SEAL);
  }

  close(): void {
    closeSync(this.fd);
  }

  private append(shard: string, length: number): void {
    const record = Buffer.alloc(RECORD);
    record.write(shard, "hex");
    record.writeUIntLE(length, 8, 6);
    record.writeUInt16LE(MARK, 14);
    if (writeSync(this.fd, record) < RECORD) throw new Error("no space is left for the index of the shards");
  }

  /** The spans that are not known yet, up to the end of the index or of what is whole of it. */
  private *unread(): Generator<Span> {
    for (;;) {
      const size = readSync(this.fd, this.buffer, 0, READ, this.known);
      for (let at = 0; at < size; at += RECORD) {
        if (at + RECORD > size || this.buffer.readUInt16LE(at + 14) !== MARK) {
          this.isWhole = false;
          return;
        }
        const shard = this.buffer.toString("hex", at, at + 8);
        const start = this.end;
        this.end += this.buffer.readUIntLE(at + 8, 6);
        this.known += RECORD;
        yield { shard, start, end: this.end };
      }
      if (size < READ) return;
    }
  }
}
