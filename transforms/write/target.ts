// An output as its writers and its commit know it: where it goes, and how its files are encoded.
import { workplace } from "../../sdk";
import {
  canMix,
  fileSystemOf,
  type OutputEncoding,
  type StagedOutput,
  type StorageSettings,
} from "../../storage";

/** Plain data: it travels to workers. */
export interface OutputTarget {
  /** A file, or a folder of shards when it ends in `/`. */
  path: string;
  encoding: OutputEncoding;
  storage?: StorageSettings;
}

/** The output of a job, written aside until its commit. */
export function stagedOutput({ path, storage, encoding }: OutputTarget, jobId: string): StagedOutput {
  const canAppend = workplace().isOneMachine && canMix(encoding);
  return fileSystemOf(path, storage).stage(path, jobId, { canAppend });
}
