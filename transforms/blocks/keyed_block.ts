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
    const head = Buffer.allocUnsafe(4 + 8 * hashes.length);
    let at = head.writeUInt32LE(hashes.length, 0);
    for (const hash of hashes) at = head.writeDoubleLE(hash, at);
    return Buffer.concat([head, encodePredictionBlock(rows)]);
  },
  (bytes) => {
    const hashes = Float64Array.from({ length: bytes.readUInt32LE(0) }, (_, i) =>
      bytes.readDoubleLE(4 + 8 * i),
    );
    return { rows: decodePredictionBlock(bytes.subarray(4 + 8 * hashes.length)), hashes };
  },
);
