// The calls on plain file descriptors, as promises.
import * as callbacks from "node:fs";
import { promisify } from "node:util";

/**
 * Not those of FileHandles: when a job fails nobody closes its shards, and a FileHandle that is collected while open
 * complains on the console.
 */
export const descriptors = {
  open: promisify(callbacks.open),
  write: promisify(callbacks.write),
  close: promisify(callbacks.close),
};

/**
 * Writes all of some bytes, from a place in the file on, or where the descriptor is.
 * @throws the system's errors
 */
export async function writeAll(fd: number, bytes: Buffer, place?: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const position = place === undefined ? null : place + at;
    at += (await descriptors.write(fd, bytes, at, bytes.length - at, position)).bytesWritten;
  }
}
