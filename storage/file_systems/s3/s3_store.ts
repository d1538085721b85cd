// Amazon S3, and the stores that speak as it does.
import type { Readable } from "node:stream";
import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { FileAccessError } from "../../errors";
import type { ObjectInfo, ObjectStore, ObjectWriter, PreparedObject } from "../object_store/object_store";
import type { S3Settings } from "../settings";
import type { Segment } from "../staged_output";
import { contentOf } from "../object_store/resuming";
import { assemble } from "./assembly";
import { chunks } from "./body";
import { Bucket } from "./bucket";
import { QUICK_IDLE_MS } from "./client";
import { codeOf, statusOf } from "./errors";
import { InParallel } from "./in_parallel";
import { listObjects, pageOfUploads, type UploadMarkers } from "./listing";
import { abortUpload, completeUpload, ownerIn, type Upload } from "./multipart";
import { putObject, UploadWriter } from "./upload_writer";

/** The most keys that one call removes. */
const REMOVED_AT_ONCE = 1000;
const CALLS_AT_ONCE = 8;
/** What the names of notes of prepared uploads begin with. */
const NOTE = "upload-";
/** XML 1.0 has no way to write most of these. */
const NOT_IN_XML = /\p{Cc}|[\ufffe\uffff]/u;

/** A bucket of S3. Credentials are found by the SDK: environment variables, profiles, the machine's role. */
export class S3Store implements ObjectStore {
  readonly scheme = "s3";
  readonly #bucket: Bucket;

  private constructor(
    readonly bucket: string,
    settings: S3Settings,
    private readonly pageSize: number | undefined,
  ) {
    this.#bucket = new Bucket(bucket, settings);
  }

  /**
   * Nothing is called yet. Stores of the same settings share their connections.
   * @param pageSize how many keys a page of a list has; the store's own choice, 1,000, when not given
   * @throws StorageError when the endpoint is no address
   */
  static open(bucket: string, settings: S3Settings, pageSize?: number): S3Store {
    return new S3Store(bucket, settings, pageSize);
  }

  list(prefix: string, delimiter?: "/"): AsyncIterable<ObjectInfo> {
    return listObjects(this.#bucket, prefix, delimiter, this.pageSize);
  }

  async find(key: string): Promise<ObjectInfo | undefined> {
    const head = await this.#head(key);
    if (head === undefined) return undefined;
    const { ContentLength: size = 0, ETag: version = "", LastModified } = head;
    return { key, size, version, modified: LastModified?.getTime() ?? 0 };
  }

  /**
   * @throws FileAccessError when the store refuses: another try would not help. Every other error is a connection, a body
   * or a store that failed, and reading may be taken up where it was
   */
  async *read(key: string, start: number, end: number, version?: string): AsyncGenerator<Buffer> {
    const path = this.#bucket.path(key);
    const input = { Bucket: this.bucket, Key: key, Range: `bytes=${start}-${end - 1}`, IfMatch: version };
    const reply = await this.#bucket
      .send((s3) => s3.getObject(input, { requestTimeout: QUICK_IDLE_MS }), "patient")
      .catch((error: unknown) => {
        const { reason, transient } = this.#bucket.explain(error);
        throw transient ? new Error(reason) : new FileAccessError("read", path, reason);
      });
    const body = reply.Body as Readable;
    // A store that knows no ranges gives the whole object; one that has become shorter gives less.
    const given = reply.ContentRange?.split("/")[0] ?? `bytes 0-${(reply.ContentLength ?? 0) - 1}`;
    if (given !== `bytes ${start}-${end - 1}`) {
      body.destroy();
      throw new FileAccessError("read", path, `asked for bytes ${start}-${end - 1}, the store gave ${given}`);
    }
    yield* chunks(body, end - start);
  }

  async put(key: string, content: Buffer): Promise<void> {
    await putObject(this.#bucket, key, content);
  }

  async create(key: string): Promise<ObjectWriter> {
    return new UploadWriter(this.#bucket, key);
  }

  async prepare(
    key: string,
    segments: readonly Segment[],
    stagingPrefix: string,
    owner: string,
  ): Promise<PreparedObject> {
    const read = (shard: string, start: number, end: number): AsyncIterable<Buffer> =>
      this.read(shard, start, end);
    // An upload waits at the key of the final object, among uploads of others: a note tells whose it is before it has a part.
    const noted = (upload: Upload): Promise<void> =>
      this.put(`${stagingPrefix}${NOTE}${upload.mark}`, Buffer.from(JSON.stringify({ key, token: upload })));
    return { key, token: await assemble(this.#bucket, key, segments, owner, read, noted) };
  }

  async complete({ key, token }: PreparedObject): Promise<void> {
    await completeUpload(this.#bucket, key, token as Upload);
  }

  async abandon({ key, token }: PreparedObject): Promise<void> {
    await abortUpload(this.#bucket, key, (token as Upload).uploadId);
  }

  async ownerOf(key: string): Promise<string | undefined> {
    return ownerIn((await this.#head(key))?.Metadata);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const writable = keys.filter((key) => !NOT_IN_XML.test(key));
    for (const key of keys.filter((key) => NOT_IN_XML.test(key)))
      await this.#bucket.call("remove", key, (s3) => s3.deleteObject({ Bucket: this.bucket, Key: key }));
    for (let i = 0; i < writable.length; i += REMOVED_AT_ONCE)
      await this.#removeAtOnce(writable.slice(i, i + REMOVED_AT_ONCE));
  }

  async *uploads(prefix: string): AsyncGenerator<{ key: string; modified: number }> {
    for (let from: UploadMarkers | undefined; ;) {
      const { uploads, next } = await pageOfUploads(this.#bucket, prefix, from, this.pageSize);
      yield* uploads;
      if (next === undefined) return;
      from = next;
    }
  }

  async abandonUploads(prefix: string): Promise<void> {
    for await (const note of this.list(`${prefix}${NOTE}`))
      await this.abandon(JSON.parse((await contentOf(this, note)).toString()) as PreparedObject);
    const given = new Set<string>();
    for (let from: UploadMarkers | undefined; ;) {
      const { uploads, next } = await pageOfUploads(this.#bucket, prefix, from, this.pageSize);
      const fresh = uploads.filter(({ uploadId }) => !given.has(uploadId));
      const calls = new InParallel(CALLS_AT_ONCE);
      for (const { key, uploadId } of fresh)
        await calls.start(() => abortUpload(this.#bucket, key, uploadId));
      await calls.finish();
      if (next === undefined) return;
      // From the start again: stores refuse to go on from an upload that is gone.
      for (const { uploadId } of fresh) given.add(uploadId);
      from = fresh.length > 0 ? undefined : next;
    }
  }

  async #removeAtOnce(keys: readonly string[]): Promise<void> {
    const Delete = { Quiet: true, Objects: keys.map((Key) => ({ Key })) };
    const { Errors = [] } = await this.#bucket.call("remove", keys[0], (s3) =>
      s3.deleteObjects({ Bucket: this.bucket, Delete }),
    );
    const failed = Errors.filter(({ Code }) => Code !== "NoSuchKey");
    if (failed.length === 0) return;
    const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
    const { reason } = this.#bucket.explain({ Code: failed[0].Code, message: failed[0].Message });
    throw new FileAccessError("remove", this.#bucket.path(failed[0].Key ?? ""), reason + more);
  }

  /** What is known of an object; undefined where there is none. */
  async #head(key: string, again = true): Promise<HeadObjectCommandOutput | undefined> {
    try {
      return await this.#bucket.send((s3) => s3.headObject({ Bucket: this.bucket, Key: key }));
    } catch (error) {
      const status = statusOf(error) ?? 500;
      if (status >= 500) throw this.#bucket.refusal("read", key, error);
      // A reply to HEAD has no body that would say why. That to a list has one, and it tells the bucket's region too.
      const why = again ? await this.#whyNot(key) : undefined;
      if (why !== undefined) throw this.#bucket.refusal("read", key, why);
      if (status === 404) return undefined;
      if (again) return this.#head(key, false);
      throw this.#bucket.refusal("read", key, error);
    }
  }

  /** What a list says is wrong with the bucket or the credentials; that it may not be listed does not count. */
  async #whyNot(key: string): Promise<unknown> {
    try {
      await this.#bucket.send((s3) => s3.listObjectsV2({ Bucket: this.bucket, Prefix: key, MaxKeys: 1 }));
      return undefined;
    } catch (error) {
      return codeOf(error) === "AccessDenied" ? undefined : error;
    }
  }
}
