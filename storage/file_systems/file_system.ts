// The interface of every place that files are in, and what is known of a file there.
import type { StagedOutput, StagingOptions } from "./staged_output";

/** A file that was found. */
export interface FileInfo {
  /** Its path: as the user wrote it, or as a pattern found it; with its scheme (`s3://bucket/key`) where it has one. */
  path: string;
  /** Its size in bytes. */
  size: number;
  /** What changes when its content does (an ETag, a generation), where the place has such a thing. */
  version?: string;
}

/** A place that files are in. Paths are whole, scheme included. */
export interface FileSystem {
  /**
   * The files that a path, a folder or a glob names, by name. A path that exists is taken as it is, special characters
   * and all. A folder stands for the files in it, without those that start with `.` or `_` (`_SUCCESS`), which a glob
   * does not find either.
   * @throws NoSuchFileError or EmptyFolderError when there are none, FileAccessError when it can't look
   */
  list(pattern: string): AsyncIterable<FileInfo>;

  /**
   * The bytes `[start, end)` of a file, in chunks; `end` may lie behind the file's end. A connection that breaks half
   * way is taken up where it was, and a file that has changed since it was listed is refused where that can be told.
   */
  read(file: FileInfo, start: number, end: number): AsyncIterable<Buffer>;

  /** The output of one job, to be written aside at first. */
  stage(target: string, jobId: string, options?: StagingOptions): StagedOutput;

  /** A name that two paths share exactly when they are the same file: links are followed, dots taken out. */
  identity(path: string): Promise<string>;

  /** Whether there is a folder of that name. */
  isFolder(path: string): Promise<boolean>;

  /** The names in a folder, without what is in folders in it; none where there is no such folder. */
  namesIn(folder: string): Promise<string[]>;
}
