// Where records are: files, wherever they are, and their formats. Knows nothing of Beam.
export { compareBytes, copyBytes, viewOf, type Viewed } from "./bytes";
export { ByteColumn, ByteColumnBuilder } from "./byte_column";
export * from "./errors";
export { copyRows, lengthened } from "./number_arrays";
export { readNumbers, writeNumbers } from "./number_bytes";
export * from "./file_systems";
export * from "./formats";
export { hash53 } from "./hash";
export { FlatNumbers } from "./flat_numbers";
export { FlatHasher } from "./json/flat_hash";
export { Canonicalizer } from "./json/canonical";
export { RecordHasher } from "./json/record_hash";
export { MAX_DEPTH } from "./json/compact";
export {
  DEFAULT_SPLIT_BYTES,
  listRanges,
  readRanges,
  STANDARD_INPUT,
  type SourceOptions,
  type SourceRange,
} from "./sources";
