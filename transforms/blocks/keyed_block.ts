// A block of predictions on its way through the shuffle of `distinct`, with the hashes that were worked out before it.
import { ByteColumn, viewOf } from "../../storage";
import { copyLong, LONG, WORD } from "../../storage/text_words";
import type { PredictionBlock } from "./prediction_block";

export interface KeyedBlock {
  rows: PredictionBlock;
  /** The hash of each record. */
  hashes: Float64Array;
}

/**
 * A block as plain bytes, the way it goes through a shuffle, row by row: so whoever puts rows of many blocks together copies each to one
 * place. Layout (little endian): how many rows there are, and how many bytes their records and predictions have (4 bytes each, and 4 that
 * are 0), then the rows; each the size of its prediction, the size of its record with its outcome in the highest two bits (4 bytes each),
 * its hash (a double), record and prediction, filled up to whole words.
 *
 * Texts are copied in words that are doubles, and the last one has bytes of what is behind it. That must be no NaN, which might change the
 * text's bytes too: sizes of rows that are put together are small, so theirs never look like one.
 */
export const BLOCK_HEAD = 16;
export const ROW_HEAD = 16;
export const RECORD_SIZE_AT = 4;
export const HASH_AT = 8;
export const OUTCOME_SHIFT = 30;
export const SIZE_MASK = 2 ** OUTCOME_SHIFT - 1;

/** Where a row ends that begins at `at`. */
export function rowEnd(at: number, recordSize: number, predictionSize: number): number {
  return (at + ROW_HEAD + recordSize + predictionSize + WORD - 1) & -WORD;
}

/** Writes what stands before the texts of a row. */
export function writeRowHead(
  view: DataView,
  at: number,
  recordSize: number,
  predictionSize: number,
  outcome: number,
  hash: number,
): void {
  view.setInt32(at, predictionSize, true);
  view.setInt32(at + RECORD_SIZE_AT, recordSize | (outcome << OUTCOME_SHIFT), true);
  view.setFloat64(at + HASH_AT, hash, true);
}

/** Writes what stands before the rows. */
export function writeBlockHead(
  out: Buffer,
  rows: number,
  recordBytes: number,
  predictionBytes: number,
): void {
  for (const [i, number] of [rows, recordBytes, predictionBytes, 0].entries())
    out.writeUInt32LE(number, 4 * i);
}

export function encodeKeyedBlock({ rows, hashes }: KeyedBlock): Buffer {
  const { records, predictions, outcomes } = rows;
  const sizes = Array.from(hashes, (_, i) => [
    records.end(i) - records.start(i),
    predictions.end(i) - predictions.start(i),
  ]);
  const size = sizes.reduce((end, [record, prediction]) => rowEnd(end, record, prediction), BLOCK_HEAD);
  const out = Buffer.alloc(size);
  const view = viewOf(out);
  const bytesOf = (column: 0 | 1): number => sizes.reduce((sum, pair) => sum + pair[column], 0);
  writeBlockHead(out, hashes.length, bytesOf(0), bytesOf(1));
  let at = BLOCK_HEAD;
  for (const [i, [recordSize, predictionSize]] of sizes.entries()) {
    writeRowHead(view, at, recordSize, predictionSize, outcomes[i], hashes[i]);
    records.bytes.copy(out, at + ROW_HEAD, records.start(i), records.end(i));
    predictions.bytes.copy(out, at + ROW_HEAD + recordSize, predictions.start(i), predictions.end(i));
    at = rowEnd(at, recordSize, predictionSize);
  }
  return out;
}

export function decodeKeyedBlock({ buffer, byteOffset, byteLength }: Uint8Array): KeyedBlock {
  const view = new DataView(buffer, byteOffset, byteLength);
  const count = view.getUint32(0, true);
  const records = new Texts(count, view.getUint32(4, true));
  const predictions = new Texts(count, view.getUint32(8, true));
  const outcomes = new Uint8Array(count);
  const hashes = new Float64Array(count);
  const { view: recordView, ends: recordEnds } = records;
  const { view: predictionView, ends: predictionEnds } = predictions;
  let recordEnd = 0;
  let predictionEnd = 0;
  for (let i = 0, at = BLOCK_HEAD; i < count; i++) {
    const predictionSize = view.getUint32(at, true);
    const sizes = view.getInt32(at + RECORD_SIZE_AT, true);
    const recordSize = sizes & SIZE_MASK;
    outcomes[i] = sizes >>> OUTCOME_SHIFT;
    hashes[i] = view.getFloat64(at + HASH_AT, true);
    const record = at + ROW_HEAD;
    const prediction = record + recordSize;
    const end = prediction + predictionSize;
    if (recordSize >= LONG || predictionSize >= LONG || end + WORD > byteLength) {
      copyLong(view, record, prediction, recordView, recordEnd);
      copyLong(view, prediction, end, predictionView, predictionEnd);
    } else {
      for (let k = 0; k < recordSize; k += WORD)
        recordView.setFloat64(recordEnd + k, view.getFloat64(record + k, true), true);
      for (let k = 0; k < predictionSize; k += WORD)
        predictionView.setFloat64(predictionEnd + k, view.getFloat64(prediction + k, true), true);
    }
    recordEnds[i] = recordEnd += recordSize;
    predictionEnds[i] = predictionEnd += predictionSize;
    at = rowEnd(at, recordSize, predictionSize);
  }
  return { rows: { records: records.column(), predictions: predictions.column(), outcomes }, hashes };
}

/** Room for a column of so many texts that have so many bytes, and behind them for the last word, which may be too long. */
class Texts {
  private readonly bytes: Buffer;
  readonly view: DataView;
  readonly ends: Uint32Array;

  constructor(
    rows: number,
    private readonly size: number,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(size + WORD);
    this.view = viewOf(this.bytes);
    this.ends = new Uint32Array(rows);
  }

  column(): ByteColumn {
    return new ByteColumn(this.bytes.subarray(0, this.size), this.ends);
  }
}
