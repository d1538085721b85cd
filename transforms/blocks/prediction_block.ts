// A block of predictions: records, each with what the model said of it, as one Beam element.
import type { PredictionErrorKind } from "../../models";
import { ByteColumn, ByteColumnBuilder, type FlatNumbers } from "../../storage";
import { BytesCoder } from "./coder";

/** What became of a record: it was predicted, or why its prediction is `null`. Stored by its place in this list. */
export const OUTCOMES = [
  "predicted",
  "invalid_input",
  "model_error",
  "invalid_output",
] as const satisfies readonly ("predicted" | PredictionErrorKind)[];

export type Outcome = (typeof OUTCOMES)[number];

/** Records with their predictions. */
export interface PredictionBlock {
  /** One compact JSON text a record. */
  records: ByteColumn;
  /** One JSON text a record: its prediction, `null` when it has none. */
  predictions: ByteColumn;
  /** Of each record, what became of it: an index into `OUTCOMES`. */
  outcomes: Uint8Array;
  /** The numbers in flat records, as long as the block stays in the process that has read it. */
  flat?: FlatNumbers;
}

/** How many rows a builder has room for at first. */
const FIRST_ROWS = 64;

/** Builds a PredictionBlock, record by record. */
export class PredictionBlockBuilder {
  readonly records = new ByteColumnBuilder();
  readonly predictions = new ByteColumnBuilder();
  /** Room for outcomes, taken up to the number of records. */
  private room = new Uint8Array(FIRST_ROWS);

  get length(): number {
    return this.records.length;
  }

  get outcomes(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  /** Takes over record `i` of a block. */
  addFrom(block: PredictionBlock, i: number): void {
    const { records, predictions, outcomes } = block;
    const row = this.length;
    if (row === this.room.length) {
      const { room } = this;
      this.room = new Uint8Array(2 * row);
      this.room.set(room);
    }
    this.room[row] = outcomes[i];
    this.records.add(records, records.start(i), records.ends[i]);
    this.predictions.add(predictions, predictions.start(i), predictions.ends[i]);
  }

  /** The block; the builder is empty afterwards. */
  build(): PredictionBlock {
    const outcomes = this.outcomes.slice();
    return { records: this.records.build(), predictions: this.predictions.build(), outcomes };
  }
}

/** Rows of a block, copied. */
export function pickRows(block: PredictionBlock, rows: Iterable<number>): PredictionBlock {
  const picked = new PredictionBlockBuilder();
  for (const i of rows) picked.addFrom(block, i);
  return picked.build();
}

/** Layout (little endian): records and predictions as columns, then one byte an outcome. */
export const predictionBlockCoder = new BytesCoder<PredictionBlock>(
  "beam-predict:coder:prediction_block:v1",
  encodePredictionBlock,
  decodePredictionBlock,
);

/** A block, or one that is being built. */
export interface EncodableBlock {
  readonly records: Pick<ByteColumn, "encodedLength" | "write">;
  readonly predictions: Pick<ByteColumn, "encodedLength" | "write">;
  readonly outcomes: Uint8Array;
}

export function encodePredictionBlock(block: EncodableBlock): Buffer {
  const bytes = Buffer.allocUnsafeSlow(encodedLength(block));
  writePredictionBlock(block, bytes, 0);
  return bytes;
}

export function encodedLength({ records, predictions, outcomes }: EncodableBlock): number {
  return records.encodedLength + predictions.encodedLength + outcomes.length;
}

export function writePredictionBlock(
  { records, predictions, outcomes }: EncodableBlock,
  out: Buffer,
  at: number,
): void {
  out.set(outcomes, predictions.write(out, records.write(out, at)));
}

export function decodePredictionBlock({ buffer, byteOffset, byteLength }: Uint8Array): PredictionBlock {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const records = ByteColumn.read(bytes, 0);
  const predictions = ByteColumn.read(bytes, records.at);
  const outcomes = new Uint8Array(bytes.subarray(predictions.at, predictions.at + records.column.length));
  return { records: records.column, predictions: predictions.column, outcomes };
}
