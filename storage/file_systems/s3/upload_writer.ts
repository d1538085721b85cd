// Writes an object as a stream: parts are sent while the next is filled, and a small object in a single call.
import type { ObjectWriter } from "../object_store/object_store";
import type { Bucket } from "./bucket";
import { InParallel } from "./in_parallel";
import { abortUpload, beginUpload, completeUpload, uploadPart, type Upload } from "./multipart";

const MIB = 1024 * 1024;
const PART = 8 * MIB;
/** From this part on each is larger than the one before: 10,000 parts make 5 TiB, and the first 8 GiB need little memory. */
const GROWS_FROM = 1024;
const GROWTH = 136 * 1024;

/** Parts that may be under way, and the bytes in them; one may always be. */
const MAX_UNDER_WAY = 4;
const MAX_BYTES_UNDER_WAY = 64 * MIB;

/** The size of a part in bytes. @param index from 0 */
export function partSize(index: number): number {
  return PART + Math.max(0, index - GROWS_FROM) * GROWTH;
}

/** Copies what it is given: a buffer may be used again when `write` resolves. A failure gives the upload up. */
export class UploadWriter implements ObjectWriter {
  #part: Buffer | undefined;
  #filled = 0;
  #index = 0;
  #upload: Upload | undefined;
  readonly #sending = new InParallel(MAX_UNDER_WAY);

  constructor(
    private readonly bucket: Bucket,
    private readonly key: string,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length;) {
      this.#part ??= Buffer.allocUnsafeSlow(partSize(this.#index));
      const copied = bytes.copy(this.#part, this.#filled, start);
      start += copied;
      this.#filled += copied;
      if (this.#filled === this.#part.length) await this.#orGiveUp(() => this.#send());
    }
  }

  async close(): Promise<void> {
    const { bucket, key } = this;
    await this.#orGiveUp(async () => {
      if (this.#upload === undefined) return putObject(bucket, key, this.#takePart());
      if (this.#filled > 0) await this.#send();
      await this.#sending.finish();
      await completeUpload(bucket, key, this.#upload);
    });
  }

  /** Sends the part that is filled; resolves when the next may be. */
  async #send(): Promise<void> {
    this.#upload ??= await beginUpload(this.bucket, this.key);
    const upload = this.#upload;
    const part = this.#takePart();
    const index = this.#index++;
    const atOnce = Math.min(MAX_UNDER_WAY, Math.max(1, Math.floor(MAX_BYTES_UNDER_WAY / part.length)));
    await this.#sending.start(() => uploadPart(this.bucket, this.key, upload, index, part), atOnce);
  }

  #takePart(): Buffer {
    const part = this.#part?.subarray(0, this.#filled) ?? Buffer.alloc(0);
    this.#part = undefined;
    this.#filled = 0;
    return part;
  }

  async #orGiveUp(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.#sending.settle();
      // The first error is the one to tell; what could not be given up is found by its prefix later.
      if (this.#upload) await abortUpload(this.bucket, this.key, this.#upload.uploadId).catch(() => {});
      throw error;
    }
  }
}

/** Stores an object in one call. */
export async function putObject(bucket: Bucket, key: string, content: Buffer): Promise<void> {
  await bucket.call("write", key, (s3) => s3.putObject({ Bucket: bucket.name, Key: key, Body: content }));
}
