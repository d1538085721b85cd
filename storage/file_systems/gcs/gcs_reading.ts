// Reads bytes of objects in Google Cloud Storage.
import type { IncomingMessage } from "node:http";

import { FileAccessError } from "../../errors";
import type { GcsClient } from "./gcs_client";
import { accessError, GcsConnectionError, GcsRefusal, noBucket } from "./gcs_errors";

/** Bytes of one object. */
export interface GcsRange {
  bucket: string;
  key: string;
  start: number;
  end: number;
  /** The only generation that may be read. */
  generation?: string;
}

/** The path of an object in the JSON API. */
export function objectPath(bucket: string, key: string): string {
  return `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(key)}`;
}

/**
 * Reads a range by one request.
 * @throws FileAccessError when the store refuses; another error when reading it again, from where it broke, may help
 */
export async function* readRange(client: GcsClient, range: GcsRange): AsyncGenerator<Buffer> {
  const { bucket, key, start, end, generation } = range;
  let left = end - start;
  try {
    const chunks = client.stream(
      {
        method: "GET",
        path: objectPath(bucket, key),
        query: { alt: "media", ...(generation && { generation }) },
        // An object that is stored as gzip is to come as it is stored: unpacked it has no ranges.
        headers: { range: `bytes=${start}-${end - 1}`, "accept-encoding": "gzip" },
      },
      (response) => checkRange(response, start),
    );
    for await (const chunk of chunks) {
      left -= chunk.length;
      if (left < 0) throw new GcsConnectionError("the store sent more than was asked for");
      yield chunk;
    }
  } catch (error) {
    if (error instanceof GcsConnectionError || (error instanceof GcsRefusal && error.passing)) throw error;
    if (generation && error instanceof GcsRefusal && !noBucket(error) && CHANGED.has(error.status)) {
      throw new FileAccessError("read", `gs://${bucket}/${key}`, "it has changed while it was read");
    }
    throw accessError("read", bucket, key, error);
  }
  if (left > 0) throw new GcsConnectionError(`the answer ended ${left} bytes early`);
}

/** How the store refuses a generation that is no more, or a range that a shorter one has not. */
const CHANGED = new Set([404, 412, 416]);

/** An answer with other bytes than those asked for would give records twice, or none of them. */
function checkRange({ statusCode, headers }: IncomingMessage, start: number): void {
  const [, first] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
  if (statusCode === 206 ? Number(first) === start : start === 0) return;
  throw new GcsConnectionError("the store sent other bytes than were asked for");
}
