// A block of predictions on its way through the shuffle of `distinct`, with the hashes that were worked out before it.
import { readNumbers, writeNumbers } from "../../storage/number_bytes";
import {
  decodePredictionBlock,
  encodedLength,
  writePredictionBlock,
  type EncodableBlock,
  type PredictionBlock,
} from "./prediction_block";

export interface KeyedBlock {
  rows: PredictionBlock;
  /** The hash of each record. */
  hashes: Float64Array;
}

/**
 * A block as plain bytes, the way it goes through a shuffle. Layout (little endian): the number of rows, one double a hash, then
 * the rows as a block.
 */
export function encodeKeyedBlock({ rows, hashes }: { rows: EncodableBlock; hashes: Float64Array }): Buffer {
  const bytes = Buffer.allocUnsafeSlow(4 + hashes.byteLength + encodedLength(rows));
  writePredictionBlock(rows, bytes, writeNumbers(hashes, bytes, bytes.writeUInt32LE(hashes.length, 0)));
  return bytes;
}

export function decodeKeyedBlock({ buffer, byteOffset, byteLength }: Uint8Array): KeyedBlock {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const hashes = readNumbers(new Float64Array(bytes.readUInt32LE(0)), bytes, 4);
  return { rows: decodePredictionBlock(bytes.subarray(4 + hashes.byteLength)), hashes };
}
