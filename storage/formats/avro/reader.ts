// Reads the records of an Avro file's range: each becomes the compact JSON text of its value.
import type { ByteRange, InputFile, ReadingOptions } from "../input_format";
import { BatchBuilder, type RecordBatch } from "../record_batch";
import { damaged, readBlocks } from "./container";
import { Cursor } from "./cursor";
import { DamageError } from "./damage";
import { TextBuffer } from "./text_buffer";
import { compileType, type WriteValue } from "./values";

/**
 * Records are numbered from the file's beginning, where the range has it; their offset is that of their block.
 * Memory: one block, compressed and decompressed, and a batch.
 * @throws UnreadableFileError
 */
export async function* readAvro(
  file: InputFile,
  range: ByteRange,
  options: ReadingOptions,
): AsyncGenerator<RecordBatch> {
  const batches = new BatchBuilder(options);
  const text = new TextBuffer();
  let number = range.first ?? (range.start === 0 ? 1 : NaN);
  let write: WriteValue = () => {};
  const blocks = readBlocks(file, range, (header) => {
    write = compileType(header.schema);
  });
  for await (const block of blocks) {
    const input = new Cursor(block.data);
    for (let i = 0; i < block.count; i++) {
      text.size = 0;
      try {
        write(input, text);
      } catch (error) {
        throw damaged(file, block.start, error, `record ${i + 1} of ${block.count} in it`);
      }
      batches.addJson(text.bytes, 0, text.size, number++, block.start);
      if (batches.full) yield batches.batch();
    }
    if (input.remaining > 0) {
      throw damaged(
        file,
        block.start,
        new DamageError(`${input.remaining} bytes are behind its last record`),
      );
    }
  }
  if (!batches.empty) yield batches.batch();
}
