// A block of predictions on its way through the shuffle of `distinct`, with the hashes that were worked out before it.
import { viewOf } from "../../storage";
import { WORD } from "../../storage/text_words";
import type { PredictionBlock } from "./prediction_block";
import { RowBlock } from "./row_block";

export interface KeyedBlock {
  rows: RowBlock;
  /** The hash of each record. */
  hashes: Float64Array;
}

/**
 * A block as plain bytes, the way it goes through a shuffle, row by row: so whoever puts rows of many blocks together copies each to one
 * place. Layout (little endian): how many rows there are (4 bytes, and 4 that are 0), then the rows; each the size of its prediction, the
 * size of its record with its outcome in the highest two bits (4 bytes each), its hash (a double), record and prediction, filled up to
 * whole words.
 *
 * Texts are copied in words that are doubles, and the last one has bytes of what is behind it. That must be no NaN, which might change the
 * text's bytes too: sizes of rows that are put together are small, so theirs never look like one.
 */
export const BLOCK_HEAD = 8;
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
export function writeBlockHead(out: Buffer, rows: number): void {
  out.writeUInt32LE(rows, 0);
  out.writeUInt32LE(0, 4);
}

export function encodeKeyedBlock(rows: PredictionBlock, hashes: Float64Array): Buffer {
  const { records, predictions, outcomes } = rows;
  const sizes = Array.from(hashes, (_, i) => [
    records.end(i) - records.start(i),
    predictions.end(i) - predictions.start(i),
  ]);
  const size = sizes.reduce((end, [record, prediction]) => rowEnd(end, record, prediction), BLOCK_HEAD);
  const out = Buffer.alloc(size);
  const view = viewOf(out);
  writeBlockHead(out, hashes.length);
  let at = BLOCK_HEAD;
  for (const [i, [recordSize, predictionSize]] of sizes.entries()) {
    writeRowHead(view, at, recordSize, predictionSize, outcomes[i], hashes[i]);
    records.bytes.copy(out, at + ROW_HEAD, records.start(i), records.end(i));
    predictions.bytes.copy(out, at + ROW_HEAD + recordSize, predictions.start(i), predictions.end(i));
    at = rowEnd(at, recordSize, predictionSize);
  }
  return out;
}

/** The rows stay where they are, in the bytes. */
export function decodeKeyedBlock(block: Uint8Array): KeyedBlock {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const view = viewOf(bytes);
  const count = view.getUint32(0, true);
  const starts = new Uint32Array(count);
  const middles = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const outcomes = new Uint8Array(count);
  const hashes = new Float64Array(count);
  for (let i = 0, at = BLOCK_HEAD; i < count; i++) {
    const predictionSize = view.getUint32(at, true);
    const sizes = view.getInt32(at + RECORD_SIZE_AT, true);
    const recordSize = sizes & SIZE_MASK;
    outcomes[i] = sizes >>> OUTCOME_SHIFT;
    hashes[i] = view.getFloat64(at + HASH_AT, true);
    starts[i] = at + ROW_HEAD;
    middles[i] = starts[i] + recordSize;
    ends[i] = middles[i] + predictionSize;
    at = rowEnd(at, recordSize, predictionSize);
  }
  return { rows: new RowBlock({ bytes, view, starts, middles, ends }, outcomes), hashes };
}
