// Files of records: which ones a pattern names, in which format, and the parts in which they are read.
import { UnreadableFileError } from "./errors";
import { FetchAhead } from "./fetch_ahead";
import { fileSystemOf, type FileInfo, type FileSystem, type StorageSettings } from "./file_systems";
import { checkCompression, guessInputFormat, inputFormat, type InputFormatName } from "./formats";
import { compressionOf, decompress, type Compression } from "./formats/compression";
import type { ByteRange, InputFile, ReadingOptions, SiftedReading } from "./formats/input_format";
import type { RecordBatch } from "./formats/record_batch";

/** A part of a file of records, to be read by one worker. Plain data. */
export interface SourceRange {
  file: FileInfo;
  /** What the file is called in failures and errors: its path, or `-` for what came from standard input. */
  name: string;
  format: InputFormatName;
  compression?: Compression;
  /** Without an end it goes to the end of the file: JSON, in which it travels, has no infinity. */
  range: Omit<ByteRange, "end"> & { end?: number };
}

export interface SourceOptions {
  /** The format of all files; absent: each as its extension says. */
  format?: InputFormatName;
  /** A file larger than this is cut into ranges of about this many bytes, where its format can be cut. */
  splitBytes: number;
  reading: ReadingOptions;
  storage?: StorageSettings;
  /** The file that holds what came from standard input, which the pattern `-` names. */
  standardInput?: string;
}

/** Ranges have about this size, if nothing else is said: 8 MiB, a quarter of a second's work, so that all workers end together. */
export const DEFAULT_SPLIT_BYTES = 8 << 20;

/** The pattern that names standard input. */
export const STANDARD_INPUT = "-";

/**
 * The ranges of all files that patterns name.
 * @throws NoSuchFileError, EmptyFolderError, FileAccessError, UnreadableFileError, FormatError
 */
export async function* listRanges(
  patterns: readonly string[],
  options: SourceOptions,
): AsyncGenerator<SourceRange> {
  for (const pattern of patterns) {
    const isStandard = pattern === STANDARD_INPUT && options.standardInput !== undefined;
    const path = isStandard ? options.standardInput! : pattern;
    for await (const file of fileSystemOf(path, options.storage).list(path)) {
      yield* splitFile(file, isStandard ? pattern : file.path, options);
    }
  }
}

async function* splitFile(
  file: FileInfo,
  name: string,
  { format: asked, splitBytes, reading, storage }: SourceOptions,
): AsyncGenerator<SourceRange> {
  const format = asked ?? guessInputFormat(name);
  const compression = compressionOf(name);
  checkCompression(format, compression);
  const reader = inputFormat(format);
  const whole = { file, name, format, compression };
  if (compression !== undefined) {
    yield { ...whole, range: { start: 0, first: 1 } };
  } else if (reader.split === undefined || file.size <= 1.5 * splitBytes) {
    yield { ...whole, range: { start: 0, end: file.size, first: 1 } };
  } else {
    const input = openInput(whole, fileSystemOf(file.path, storage));
    for await (const range of reader.split(input, splitBytes, reading)) yield { ...whole, range };
  }
}

/** A batch of records, and where it is from. */
export interface SourceBatch {
  source: SourceRange;
  batch: RecordBatch;
}

/**
 * Reads the records of ranges, one after the other.
 * @param onBytes is told of each chunk's size, as it is stored, for progress
 */
export async function* readRanges(
  sources: readonly SourceRange[],
  reading: SiftedReading,
  storage: StorageSettings | undefined,
  onBytes: (bytes: number) => void,
): AsyncGenerator<SourceBatch> {
  const contents = new FetchAhead(sources, storage);
  for (const [i, source] of sources.entries()) {
    const files = contents.take(i) ?? fileSystemOf(source.file.path, storage);
    const input = openInput(source, files, onBytes);
    const range = { end: Infinity, ...source.range };
    for await (const batch of inputFormat(source.format).read(input, range, reading)) {
      yield { source, batch };
    }
  }
}

/** A file as its format sees it: named, decompressed. */
function openInput(
  { file, name, compression }: Pick<SourceRange, "file" | "name" | "compression">,
  files: Pick<FileSystem, "read">,
  onBytes: (bytes: number) => void = () => undefined,
): InputFile {
  const read = async function* (start: number, end: number): AsyncGenerator<Buffer> {
    for await (const chunk of files.read(file, start, end)) {
      onBytes(chunk.length);
      yield chunk;
    }
  };
  if (compression === undefined) return { name, size: file.size, read };
  return {
    name,
    size: undefined,
    read(start) {
      if (start !== 0) throw new UnreadableFileError(name, "a compressed file is read from its start alone");
      return decompress(read(0, file.size), compression, name);
    },
  };
}
