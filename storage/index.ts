// Where records are: files and their formats. Knows nothing of Beam.
export { compareBytes, copyBytes } from "./bytes";
export { ByteColumn, ByteColumnBuilder } from "./byte_column";
export * from "./errors";
export { isFolderName, withoutSlash } from "./folder_name";
export { hash53 } from "./hash";
export { Canonicalizer } from "./json/canonical";
export { BLANK, JsonCompactor, MAX_DEPTH, NOT_JSON } from "./json/compact";
export * from "./json_lines";
export { listFiles, readFile, type FileInfo } from "./local_files";
export { newJobId, ShardWriter, StagedOutput } from "./staged_output";
