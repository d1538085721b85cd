// The registry of file systems: which one a path belongs to, by its scheme.
import { PathError } from "../errors";
import type { FileSystem } from "./file_system";
import { localFiles } from "./local/files";
import { ObjectFileSystem } from "./object_store/object_file_system";
import type { StorageSettings } from "./settings";

/** By scheme, what opens a file system. Their clients are loaded when a path asks for them. */
const SCHEMES: Readonly<Record<string, (settings: StorageSettings) => FileSystem>> = {
  s3: ({ s3 = {} }) => {
    const { S3Store } = require("./s3/s3_store") as typeof import("./s3/s3_store");
    return new ObjectFileSystem((bucket) => S3Store.open(bucket, s3));
  },
  gs: ({ gcs = {} }) => {
    const { GcsStore } = require("./gcs/gcs_store") as typeof import("./gcs/gcs_store");
    return new ObjectFileSystem((bucket) => GcsStore.open(bucket, gcs));
  },
};

/**
 * The file system that a path belongs to: `s3://bucket/key`, `gs://bucket/key`, or a path of this machine.
 * @throws PathError for another scheme
 */
export function fileSystemOf(path: string, settings: StorageSettings = {}): FileSystem {
  const scheme = schemeOf(path);
  if (scheme === undefined) return localFiles;
  const open = SCHEMES[scheme];
  if (open !== undefined) return open(settings);
  throw new PathError(
    `'${path}' is in no place that can be reached: write a path, or ${Object.keys(SCHEMES).join("://, or ")}://.`,
  );
}

/** The scheme of a path, `s3` say; undefined for one of this machine. */
export function schemeOf(path: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1].toLowerCase();
}

export type { FileInfo, FileSystem } from "./file_system";
export { isFolderName, withoutSlash } from "./folder_name";
export { isRepeated, newJobId, newRepeatedJobId, runOf } from "./job_id";
export { isStranger } from "./part_names";
export { isOutputName } from "./part_names";
export type { GcsSettings, S3Settings, StorageSettings } from "./settings";
export type { Commit, Segment, ShardSource, ShardWriter, StagedOutput } from "./staged_output";
