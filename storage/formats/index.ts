// The registry of formats: their names, which one a file has, and how its encoder is made.
import { FormatError } from "../errors";
import type { Segment, ShardSource } from "../file_systems/staged_output";
import {
  compressed,
  compressionOf,
  COMPRESSION_EXTENSIONS,
  withoutCompression,
  type Compression,
} from "./compression";
import type { InputFormat } from "./input_format";
import type { FileEncoder, OutputFormat, OutputLayout } from "./output_format";
import { WHOLE_LAYOUT } from "./output_layout";

/** What records are read from. Each is loaded when a file asks for it. */
const INPUT_FORMATS = {
  jsonl: () => (require("./json_lines") as typeof import("./json_lines")).jsonLinesInput,
  json: () => (require("./json") as typeof import("./json")).jsonInput,
  csv: () => (require("./csv") as typeof import("./csv")).csvInput,
  tsv: () => (require("./csv") as typeof import("./csv")).tsvInput,
  parquet: () => (require("./parquet") as typeof import("./parquet")).parquetInput,
  avro: () => (require("./avro") as typeof import("./avro")).avroInput,
} satisfies Record<string, () => InputFormat>;

/** What predictions are written in. */
const OUTPUT_FORMATS = {
  "tsv-json": () => (require("./text_outputs") as typeof import("./text_outputs")).tsvJsonOutput,
  jsonl: () => (require("./text_outputs") as typeof import("./text_outputs")).jsonLinesOutput,
  "jsonl-merged": () => (require("./text_outputs") as typeof import("./text_outputs")).mergedJsonLinesOutput,
  csv: () => (require("./csv") as typeof import("./csv")).csvOutput,
  tsv: () => (require("./csv") as typeof import("./csv")).tsvOutput,
  parquet: () => (require("./parquet") as typeof import("./parquet")).parquetOutput,
  avro: () => (require("./avro") as typeof import("./avro")).avroOutput,
} satisfies Record<string, () => OutputFormat>;

export type InputFormatName = keyof typeof INPUT_FORMATS;
export type OutputFormatName = keyof typeof OUTPUT_FORMATS;

export const INPUT_FORMAT_NAMES = Object.keys(INPUT_FORMATS) as InputFormatName[];
export const OUTPUT_FORMAT_NAMES = Object.keys(OUTPUT_FORMATS) as OutputFormatName[];

/** Output formats that have columns, and those in which the fields of record and prediction stand side by side. */
export const COLUMN_FORMATS: readonly OutputFormatName[] = ["csv", "tsv", "parquet", "avro"];
export const FLAT_FORMATS: readonly OutputFormatName[] = [...COLUMN_FORMATS, "jsonl-merged"];

export function inputFormat(name: InputFormatName): InputFormat {
  return INPUT_FORMATS[name]();
}

const INPUT_EXTENSIONS: Readonly<Record<string, InputFormatName>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".ldjson": "jsonl",
  ".json": "json",
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".parquet": "parquet",
  ".avro": "avro",
};

const OUTPUT_EXTENSIONS: Readonly<Record<string, OutputFormatName>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "jsonl",
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".parquet": "parquet",
  ".avro": "avro",
};

/** The format that a file's extension tells; JSON lines where it tells none. */
export function guessInputFormat(path: string): InputFormatName {
  return INPUT_EXTENSIONS[extensionOf(path)] ?? "jsonl";
}

/** The format that an output's extension tells; `tsv-json` where it tells none, as a folder's. */
export function guessOutputFormat(path: string): OutputFormatName {
  return OUTPUT_EXTENSIONS[extensionOf(path)] ?? "tsv-json";
}

function extensionOf(path: string): string {
  return /\.[^./\\]*$/.exec(withoutCompression(path))?.[0].toLowerCase() ?? "";
}

/** How the files of an output are encoded. Plain data: it travels to workers. */
export interface OutputEncoding {
  format: OutputFormatName | "lines";
  compression?: Compression;
  layout: OutputLayout;
}

/** Lines as they are, of a column of texts: what has no prediction, as failures. */
const LINES: OutputFormat = {
  extension: ".ldjson",
  isText: true,
  isPlainLines: true,
  encoder: () => ({
    header: () => Buffer.alloc(0),
    async encode({ records }) {
      return Buffer.from(
        records
          .texts()
          .map((text) => `${text}\n`)
          .join(""),
      );
    },
    finish: async () => Buffer.alloc(0),
  }),
};

/** The encoding of plain lines. */
export function lineEncoding(path: string): OutputEncoding {
  return { format: "lines", compression: compressionOf(path), layout: WHOLE_LAYOUT };
}

function outputFormat(name: OutputEncoding["format"]): OutputFormat {
  return name === "lines" ? LINES : OUTPUT_FORMATS[name]();
}

/** A new encoder of one file. */
export function fileEncoder({ format, compression, layout }: OutputEncoding, jobId: string): FileEncoder {
  const encoder = outputFormat(format).encoder(layout, jobId);
  return compression === undefined ? encoder : compressed(encoder, compression);
}

/** What the names of an output's files end in: `.csv.gz`. */
export function fileExtension({ format, compression }: OutputEncoding): string {
  return (
    outputFormat(format).extension + (compression === undefined ? "" : COMPRESSION_EXTENSIONS[compression])
  );
}

/** How several files of one job are made one. */
export async function mergeFiles(
  encoding: OutputEncoding,
  jobId: string,
  shards: readonly ShardSource[],
): Promise<Segment[]> {
  const format = outputFormat(encoding.format);
  if (format.merge !== undefined) return format.merge(shards);
  const header = fileEncoder(encoding, jobId).header().length;
  return shards.map(({ path, size }, i) => ({ shard: path, start: i === 0 ? 0 : header, end: size }));
}

/**
 * Whether what encoders give out at a time may be mixed in one file, whichever of them it is from. Of compressed files it
 * may not: a line may begin in one member and end in the next.
 */
export function canMix({ format, compression }: OutputEncoding): boolean {
  return compression === undefined && outputFormat(format).isPlainLines === true;
}

/** @throws FormatError when a format that compresses within is to be compressed as a whole */
export function checkCompression(
  format: OutputFormatName | InputFormatName,
  compression: Compression | undefined,
): void {
  if (compression !== undefined && (format === "parquet" || format === "avro")) {
    throw new FormatError(
      `A ${format} file is compressed within, not as a whole: leave ${COMPRESSION_EXTENSIONS[compression]} off.`,
    );
  }
}

export { compressionOf, type Compression } from "./compression";
export { fieldNamesOf, fieldTypesOf, type FieldTypes } from "./field_types";
export { READING_DEFAULTS, type ReadingOptions, type Sieve, type SiftedReading } from "./input_format";
export { outputLayout, WHOLE_LAYOUT, type LayoutOptions } from "./output_layout";
export type { Column, ColumnType, OutputLayout, RowTexts, Rows } from "./output_format";
export { UNREADABLE_KINDS, type RecordBatch, type UnreadableKind } from "./record_batch";
