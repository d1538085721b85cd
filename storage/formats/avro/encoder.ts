// Writes rows as an Avro file: a header with the schema of the columns, and blocks of rows, deflated.
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import type { ColumnValue } from "../column_values";
import type { FileEncoder, OutputLayout, Rows } from "../output_format";
import { RowValues } from "../row_values";
import { BinaryBuffer } from "./binary_buffer";
import { MAGIC, SYNC_BYTES } from "./container";
import { outputSchema } from "./output_schema";

/** A block is ended when its rows have this many bytes, before they are deflated. */
const BLOCK_BYTES = 1 << 18;
/** Blocks that are being deflated, by other threads, while rows are encoded. */
const MAX_PENDING = 2;

/** The branches of a column's union. */
const NULL = 0;
const VALUE = 1;

/** Of numbers and short texts the usual level 6 makes blocks 4% smaller, in more than twice the time. */
const DEFLATE_LEVEL = 1;

const deflate = promisify(deflateRaw);

/**
 * The files of a job have one header and one sync marker, made from the job's name: several of them, one after the
 * other, the header once, are a file again.
 */
export class AvroEncoder implements FileEncoder {
  private readonly sync: Buffer;
  private readonly rowValues: RowValues;
  private readonly values: ColumnValue[] = [];
  private block = newBlock();
  private count = 0;
  private pending: Promise<Buffer>[] = [];

  constructor(
    private readonly layout: OutputLayout,
    jobId: string,
  ) {
    this.sync = createHash("sha256").update(jobId).digest().subarray(0, SYNC_BYTES);
    this.rowValues = new RowValues(layout.columns);
  }

  header(): Buffer {
    const header = new BinaryBuffer(Buffer.alloc(1 << 10));
    header.addBytes(MAGIC);
    const metadata = {
      "avro.schema": JSON.stringify(outputSchema(this.layout.columns)),
      "avro.codec": "deflate",
    };
    header.addLong(Object.keys(metadata).length);
    for (const text of Object.entries(metadata).flat()) header.addString(text);
    header.addLong(0);
    header.addBytes(this.sync);
    return header.take();
  }

  async encode(rows: Rows): Promise<Buffer> {
    const ready: Buffer[] = [];
    for (let i = 0; i < rows.records.length; i++) {
      this.addRow(rows, i);
      if (this.block.size < BLOCK_BYTES) continue;
      this.endBlock();
      if (this.pending.length > MAX_PENDING) ready.push(await this.pending.shift()!);
    }
    return Buffer.concat(ready);
  }

  async finish(): Promise<Buffer> {
    if (this.count > 0) this.endBlock();
    const blocks = await Promise.all(this.pending);
    this.pending = [];
    return Buffer.concat(blocks);
  }

  private addRow(rows: Rows, i: number): void {
    const { block, values } = this;
    this.rowValues.read(rows, i, values);
    for (const value of values) {
      block.addLong(value === null ? NULL : VALUE);
      // A column has values of one type.
      if (typeof value === "number") block.addDouble(value);
      else if (typeof value === "string") block.addString(value);
      else if (typeof value === "bigint") block.addLong(value);
      else if (value !== null) block.addByte(value ? 1 : 0);
    }
    this.count++;
  }

  /** Has the block deflated, and begins a new one. */
  private endBlock(): void {
    const block = this.compress(this.block.take(), this.count);
    // A job that failed waits for nobody: what goes wrong here is told to whoever awaits it, if anybody does.
    block.catch(() => {});
    this.pending.push(block);
    this.block = newBlock();
    this.count = 0;
  }

  private async compress(rows: Buffer, count: number): Promise<Buffer> {
    const data = await deflate(rows, { level: DEFLATE_LEVEL });
    const head = new BinaryBuffer(Buffer.alloc(32));
    head.addLong(count);
    head.addLong(data.length);
    return Buffer.concat([head.take(), data, this.sync]);
  }
}

/** With room for one more row of the usual size. */
function newBlock(): BinaryBuffer {
  return new BinaryBuffer(Buffer.allocUnsafeSlow(BLOCK_BYTES + (1 << 12)));
}
