// How the inputs of a job are read, as its options say it.
import { UsageError } from "./errors";
import type { JobContext } from "./job";
import { storageSettings, type CommonOptions } from "./options";
import { fieldTypesOf, guessInputFormat, STANDARD_INPUT, type FileInfo } from "../storage";
import type { ReadOptions } from "../transforms";

/**
 * Refuses names of columns where no input has columns without names.
 * @throws UsageError
 */
export function refuseIdleColumns(
  { columns, input_format, input }: CommonOptions,
  files: readonly FileInfo[],
): void {
  if (columns === undefined) return;
  const names = [...input.filter((name) => name === STANDARD_INPUT), ...files.map(({ path }) => path)];
  const formats = input_format === undefined ? names.map(guessInputFormat) : [input_format];
  if (formats.some((format) => format === "csv" || format === "tsv")) return;
  throw new UsageError(
    "--columns is of CSV and TSV, and no input is that: give --input_format csv or leave it out.",
  );
}

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
