// A block of predictions: records, each with what the model said of it, as one Beam element.
import type { PredictionErrorKind } from "../../models";
import { ByteColumn, type FlatNumbers } from "../../storage";
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
  /** In the same process: that few of its records are equal to each other, or to those of blocks before it that are alike. */
  isSifted?: boolean;
}

/** Rows of a block, copied. */
export function pickRows(
  { records, predictions, outcomes }: PredictionBlock,
  rows: ArrayLike<number>,
): PredictionBlock {
  return {
    records: records.pick(rows),
    predictions: predictions.pick(rows),
    outcomes: Uint8Array.from(rows, (i) => outcomes[i]),
  };
}

/** Layout (little endian): records and predictions as columns, then one byte an outcome. */
export const predictionBlockCoder = new BytesCoder<PredictionBlock>(
  "beam-predict:coder:prediction_block:v1",
  encodePredictionBlock,
  decodePredictionBlock,
);

export function encodePredictionBlock({ records, predictions, outcomes }: PredictionBlock): Buffer {
  const size = records.encodedLength + predictions.encodedLength + outcomes.length;
  const bytes = Buffer.allocUnsafeSlow(size);
  bytes.set(outcomes, predictions.write(bytes, records.write(bytes, 0)));
  return bytes;
}

export function decodePredictionBlock({ buffer, byteOffset, byteLength }: Uint8Array): PredictionBlock {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const records = ByteColumn.read(bytes, 0);
  const predictions = ByteColumn.read(bytes, records.at);
  const outcomes = new Uint8Array(bytes.subarray(predictions.at, predictions.at + records.column.length));
  return { records: records.column, predictions: predictions.column, outcomes };
}
