// Reading on where a connection broke.
import { setTimeout as sleep } from "node:timers/promises";
import { FileAccessError, StorageError } from "../../errors";
import type { ObjectInfo, ObjectStore } from "./object_store";

/** Breaks in a row, without a byte between them, after which a read is given up. */
const MAX_BREAKS = 8;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/**
 * The bytes `[start, end)` of `path`, from as many connections as it takes. What is known to be final, a StorageError,
 * is not tried again.
 * @param open opens a connection that gives the bytes from a position on, up to `end`
 */
export async function* resuming(
  path: string,
  start: number,
  end: number,
  open: (from: number) => AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let at = start;
  let breaks = 0;
  while (at < end) {
    try {
      for await (const chunk of open(at)) {
        const wanted = chunk.length > end - at ? chunk.subarray(0, end - at) : chunk;
        if (wanted.length > 0) breaks = 0;
        at += wanted.length;
        yield wanted;
      }
      if (at < end) throw new Error("the connection ended too early");
    } catch (error) {
      if (error instanceof StorageError) throw error;
      if (++breaks > MAX_BREAKS) {
        const reason = `the connection broke ${breaks} times at byte ${at}: ${(error as Error).message}`;
        throw new FileAccessError("read", path, reason);
      }
      // With some chance in it, so that many readers do not come back at the same moment.
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** breaks);
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  }
}

/** The whole of a small object. */
export async function contentOf(store: ObjectStore, { key, size, version }: ObjectInfo): Promise<Buffer> {
  const path = `${store.scheme}://${store.bucket}/${key}`;
  const chunks: Buffer[] = [];
  for await (const chunk of resuming(path, 0, size, (from) => store.read(key, from, size, version)))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}
