// An output that is written aside and then put in place at once: what a job and its writers know of it.

/** One file put together: bytes `[start, end)` of shards, and bytes that come between them. */
export type Segment = { shard: string; start: number; end: number } | Buffer;

/** A shard as whoever puts a file together sees it. */
export interface ShardSource {
  /** Its path, as its writer gave it out. */
  path: string;
  size: number;
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/** What a commit puts in place. */
export interface Commit {
  /** The paths of those shards that count, each a file of its own; the others are removed. */
  shards: readonly string[];
  /** What the names of a folder's parts end in: `.csv.gz`. */
  extension: string;
  /** Of several shards one file, for a target that is one. */
  merge(shards: readonly ShardSource[]): Promise<Segment[]>;
  /** What `_SUCCESS` of a folder says. */
  success: object;
}

/** Writes one shard. */
export interface ShardWriter {
  /** Where it is, for `commit`; of a shard that is closed. */
  readonly path: string;
  /** Appends bytes; resolves when more may come. */
  write(bytes: Buffer): Promise<void>;
  /** Ends the shard; resolves when it is stored. */
  close(): Promise<void>;
}

/** What is known of an output besides where it goes. */
export interface StagingOptions {
  /**
   * Whether what its writers write at a time may be put one after the other into one file, whoever wrote it, and all of
   * them are on one machine.
   */
  canAppend?: boolean;
}

/**
 * The output of one job at `target`, a file, or a folder of shards when it ends in `/`.
 *
 * Shards are written by any number of writers on any number of machines, some of whom may fail or be repeated;
 * `commit` takes those that count. Until it puts them in place the target is as it was.
 */
export interface StagedOutput {
  readonly target: string;

  /** Opens a new shard, for one writer. */
  createShard(): Promise<ShardWriter>;

  /**
   * Puts the shards in place as the output: of a folder each as `part-SSSSS-of-NNNNN.EXT` and then `_SUCCESS`, of a
   * file all of them together. Repeating it after it succeeded does nothing.
   * @throws FileAccessError
   */
  commit(commit: Commit): Promise<void>;

  /** Removes shards that are not wanted any more, and nothing else; those that are not there are left. */
  removeShards(shards: readonly string[]): Promise<void>;

  /**
   * Removes all that was written aside. A local output does so before the first `await`, since the process may be
   * about to end.
   */
  discard(): Promise<void>;

  /** Removes what jobs that died left beside the target, and completes what they left half done. */
  removeStale(): Promise<void>;
}
