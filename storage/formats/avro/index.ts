// Avro object container files, read and written.
import { splitAnywhere, type InputFormat } from "../input_format";
import type { OutputFormat } from "../output_format";
import { AvroEncoder } from "./encoder";
import { readAvro } from "./reader";

export const avroInput: InputFormat = {
  unit: "row",
  async *split(file, size) {
    // An empty file is damage that `read` tells; without a range nobody would look at it.
    if (file.size === 0) yield { start: 0, end: 0, first: 1 };
    else yield* splitAnywhere(file, size);
  },
  read: readAvro,
};

export const avroOutput: OutputFormat = {
  extension: ".avro",
  isText: false,
  encoder: (layout, jobId) => new AvroEncoder(layout, jobId),
};
