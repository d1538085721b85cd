// The interface of a store of objects: what S3 and GCS can do, and what the shared file system stands on.
import type { Segment } from "../staged_output";

/** An object, its key without the bucket. */
export interface ObjectInfo {
  key: string;
  size: number;
  /** What changes when its content does: an ETag, a generation. */
  version: string;
  /** When it was last written, in milliseconds since 1970. */
  modified: number;
}

/** Writes one object as a stream. It is there, whole, when `close` resolves; until then nothing is. */
export interface ObjectWriter {
  write(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** An object that is ready but for its last step. Plain data: it is stored, and another process may complete it. */
export interface PreparedObject {
  key: string;
  /** What the store needs to complete it: an upload's id and parts, the object to rename. */
  token: unknown;
}

/**
 * One bucket. Its calls are retried by the client with back-off; errors that remain are FileAccessErrors which name
 * bucket and key. All may be repeated: a reply that was lost after its call succeeded does no harm.
 */
export interface ObjectStore {
  readonly scheme: "s3" | "gs";
  readonly bucket: string;

  /**
   * The objects whose keys start with a prefix, in order of their keys, page by page.
   * @param delimiter `/` leaves out those in folders below the prefix
   */
  list(prefix: string, delimiter?: "/"): AsyncIterable<ObjectInfo>;

  /** An object, or undefined where there is none. */
  find(key: string): Promise<ObjectInfo | undefined>;

  /**
   * The bytes `[start, end)` of an object (`start < end <= size`) from one request, which may break; the caller takes it
   * up again where it was.
   * @param version when given, only that version is read: a FileAccessError tells that the object has changed
   */
  read(key: string, start: number, end: number, version?: string): AsyncIterable<Buffer>;

  /** Stores a small object at once. */
  put(key: string, content: Buffer): Promise<void>;

  /** Begins an object that is written as a stream, a multipart or resumable upload. */
  create(key: string): Promise<ObjectWriter>;

  /**
   * Puts an object together out of bytes of others (their keys are the segments' `shard`), without completing it:
   * nothing is to be seen of it at `key`. What it needs aside goes under `stagingPrefix`.
   * @param owner whose object it is: kept with the object, so that it can be told who wrote it
   */
  prepare(
    key: string,
    segments: readonly Segment[],
    stagingPrefix: string,
    owner: string,
  ): Promise<PreparedObject>;

  /** Completes a prepared object in one step; one that is complete already is left. */
  complete(prepared: PreparedObject): Promise<void>;

  /** Gives up a prepared object that was not completed; one that is gone already is left. */
  abandon(prepared: PreparedObject): Promise<void>;

  /** Who owns the object at a key, as `prepare` was told; undefined where there is none or nobody was told. */
  ownerOf(key: string): Promise<string | undefined>;

  /** Removes objects; those that are not there are left. */
  remove(keys: readonly string[]): Promise<void>;

  /** The uploads under a prefix that were begun and neither completed nor given up, and when they were begun. */
  uploads(prefix: string): AsyncIterable<{ key: string; modified: number }>;

  /** Gives up all uploads that were begun under a prefix, or for `prepare` with this prefix as its staging prefix. */
  abandonUploads(prefix: string): Promise<void>;
}
