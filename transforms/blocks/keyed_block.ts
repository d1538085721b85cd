// A block of predictions on its way through the shuffle of `distinct`, with the hashes that were worked out before it.
import { BytesCoder } from "./coder";
import { decodePredictionBlock, encodePredictionBlock, type PredictionBlock } from "./prediction_block";

export interface KeyedBlock {
  rows: PredictionBlock;
  /** The hash of each record. */
  hashes: Float64Array;
}

/** Layout (little endian): the number of rows, one double a hash, then the rows as a block. */
export const keyedBlockCoder = new BytesCoder<KeyedBlock>(
  "beam-predict:coder:keyed_block:v1",
  ({ rows, hashes }) => {
    const count = Buffer.allocUnsafe(4);
    count.writeUInt32LE(hashes.length);
    // As they are in memory: every machine that Node runs on has the low byte first.
    const doubles = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
    return Buffer.concat([count, doubles, encodePredictionBlock(rows)]);
  },
  (bytes) => {
    const hashes = new Float64Array(bytes.readUInt32LE(0));
    const end = 4 + hashes.byteLength;
    new Uint8Array(hashes.buffer).set(bytes.subarray(4, end));
    return { rows: decodePredictionBlock(bytes.subarray(end)), hashes };
  },
);
