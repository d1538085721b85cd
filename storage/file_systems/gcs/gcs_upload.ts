// Writes an object as a stream: a small one in one request, a larger one as a resumable upload, in chunks that are sent
// again when their connection breaks.
import { createHash } from "node:crypto";

import type { ObjectWriter } from "../object_store/object_store";
import type { GcsAnswer, GcsCall, GcsClient } from "./gcs_client";
import { accessError, GcsConnectionError, GcsRefusal } from "./gcs_errors";

/** The status of an upload that is not whole yet. */
const INCOMPLETE = 308;

/** Writes one object; nothing is to be seen of it until `close` resolves. */
export class GcsUpload implements ObjectWriter {
  /** What comes next, copied: who writes may use its buffer again. */
  private chunk?: Buffer;
  private filled = 0;
  private sentBytes = 0;
  /** The chunk on its way. It never rejects by itself: whoever writes next is told. */
  private sending: Promise<void> = Promise.resolve();
  private failure?: Error;
  private readonly hash = createHash("md5");

  /** Where a resumable upload goes, once there is one. One that is left alone expires by itself after a week. */
  private session?: URL;

  constructor(
    private readonly client: GcsClient,
    private readonly bucket: string,
    private readonly key: string,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    const { chunkBytes } = this.client.limits;
    for (let at = 0; at < bytes.length;) {
      // A full chunk is sent when there is more, since the last one may not be empty.
      if (this.filled === chunkBytes) await this.start(false);
      this.chunk ??= Buffer.allocUnsafe(chunkBytes);
      const copied = bytes.copy(this.chunk, this.filled, at);
      this.filled += copied;
      at += copied;
    }
    if (this.failure !== undefined) throw this.failure;
  }

  async close(): Promise<void> {
    await this.start(true);
    await this.settled();
  }

  /** Waits for the chunk on its way. @throws what any chunk failed with */
  private async settled(): Promise<void> {
    await this.sending;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Sends what is in the chunk, when the one before has arrived; does not wait for its arrival. */
  private async start(last: boolean): Promise<void> {
    await this.settled();
    const bytes = (this.chunk ?? Buffer.alloc(0)).subarray(0, this.filled);
    this.chunk = undefined;
    this.filled = 0;
    const isWhole = last && this.session === undefined;
    this.sending = (isWhole ? this.sendWhole(bytes) : this.send(bytes, last)).catch((error: unknown) => {
      this.failure = accessError("write", this.bucket, this.key, error);
    });
  }

  /** A small object in one request, which may be repeated. */
  private async sendWhole(content: Buffer): Promise<void> {
    this.hash.update(content);
    this.check(await this.client.call(wholeUpload(this.bucket, this.key, content)), content.length);
  }

  /** The address of the resumable upload, which is begun when it is first needed. */
  private async begin(): Promise<URL> {
    const { headers } = await this.client.call({
      method: "POST",
      path: uploadPath(this.bucket),
      query: { uploadType: "resumable", name: this.key },
      headers: { "x-upload-content-type": "application/octet-stream" },
      body: {},
    });
    if (!headers.location) throw new GcsConnectionError("the store gave no address to upload to");
    // The path is what counts: an emulator may know itself by another name than the one it is reached by.
    const { pathname, search } = new URL(headers.location, this.client.endpoint);
    return new URL(pathname + search, this.client.endpoint);
  }

  private async send(chunk: Buffer, last: boolean): Promise<void> {
    const session = (this.session ??= await this.begin());
    const start = this.sentBytes;
    const end = start + chunk.length;
    this.hash.update(chunk);
    let stored = start;
    let lost = false;
    for (let tries = 0; ;) {
      try {
        const asked = lost;
        const answer = await (asked
          ? this.ask(session)
          : this.put(session, chunk.subarray(stored - start), stored, last ? end : "*"));
        lost = false;
        if (answer.status !== INCOMPLETE) {
          if (!last) throw new GcsRefusal(answer.status, "it took the object for whole before it was");
          return this.check(answer, end);
        }
        const reached = storedBytes(answer);
        if (reached < start || reached > end)
          throw new GcsRefusal(answer.status, "it has lost a part of the upload");
        if (reached === end && !last) break;
        if (reached > stored) tries = 0;
        else if (!asked) throw new GcsConnectionError("the store takes no more of the upload");
        stored = reached;
      } catch (error) {
        await this.client.waitToRepeat(error, tries++);
        lost = true;
      }
    }
    this.sentBytes = end;
  }

  /** Sends bytes from a place on, the last ones with the object's size. */
  private put(session: URL, bytes: Buffer, from: number, total: number | "*"): Promise<GcsAnswer> {
    const range = bytes.length > 0 ? `${from}-${from + bytes.length - 1}` : "*";
    return this.client.callOnce(
      {
        method: "PUT",
        path: session,
        headers: { "content-range": `bytes ${range}/${total}` },
        body: bytes,
      },
      [INCOMPLETE],
    );
  }

  /** Asks how much is stored: an answer got lost. */
  private ask(session: URL): Promise<GcsAnswer> {
    const headers = { "content-range": "bytes */*" };
    return this.client.callOnce({ method: "PUT", path: session, headers }, [INCOMPLETE]);
  }

  /** What is stored has to be what was sent. */
  private check({ body }: GcsAnswer, total: number): void {
    const stored = JSON.parse(body.toString()) as { size?: string; md5Hash?: string };
    const md5 = this.hash.digest("base64");
    if (Number(stored.size) !== total || (stored.md5Hash && stored.md5Hash !== md5)) {
      throw new Error("what is stored is not what was sent; run it again");
    }
  }
}

/** The call that stores an object at once. */
export function wholeUpload(bucket: string, key: string, content: Buffer): GcsCall {
  return {
    method: "POST",
    path: uploadPath(bucket),
    query: { uploadType: "media", name: key },
    headers: { "content-type": "application/octet-stream" },
    body: content,
  };
}

function uploadPath(bucket: string): string {
  return `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`;
}

/** How many bytes of an upload the store has, of its answer to a chunk. */
function storedBytes({ headers }: GcsAnswer): number {
  const [, last] = /^bytes=0-(\d+)$/.exec(headers.range ?? "") ?? [];
  return last === undefined ? 0 : Number(last) + 1;
}
