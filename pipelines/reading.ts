// How the inputs of a job are read, as its options say it.
import type { JobContext } from "./job";
import { storageSettings, type CommonOptions } from "./options";
import { fieldTypesOf } from "../storage";
import type { ReadOptions } from "../transforms";

export function readOptions(options: CommonOptions, { model, standardInput }: JobContext): ReadOptions {
  return {
    format: options.input_format,
    batchSize: options.batch_size,
    maxRecordBytes: options.max_record_bytes,
    splitBytes: options.split_bytes,
    columns: options.columns,
    fieldTypes: fieldTypesOf(model.inputSchema),
    storage: storageSettings(options),
    standardInput,
  };
}
