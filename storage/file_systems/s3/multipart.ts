// Multipart uploads: begun, sent in parts, and completed once, even when replies are lost.
import { randomUUID } from "node:crypto";
import type { Bucket } from "./bucket";
import { codeOf, statusOf } from "./errors";

/** The most parts that an upload may have. */
export const MAX_PARTS = 10_000;

/** An upload, as plain data. */
export interface Upload {
  uploadId: string;
  /** Says of the object that it is this upload's: kept in its metadata. */
  mark: string;
  /** ETags of the parts, in their order. */
  etags: string[];
}

const OWNER = "beam-predict-owner";
const MARK = "beam-predict-upload";

export async function beginUpload(bucket: Bucket, key: string, owner?: string): Promise<Upload> {
  const mark = randomUUID();
  const metadata = { [MARK]: mark, ...(owner !== undefined && { [OWNER]: encodeURIComponent(owner) }) };
  const reply = await bucket.call("write", key, (s3) =>
    s3.createMultipartUpload({ Bucket: bucket.name, Key: key, Metadata: metadata }),
  );
  return { uploadId: reply.UploadId ?? "", mark, etags: [] };
}

/** @param index of the part, from 0 */
export async function uploadPart(
  bucket: Bucket,
  key: string,
  upload: Upload,
  index: number,
  body: Buffer,
): Promise<void> {
  const part = {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.uploadId,
    PartNumber: index + 1,
    Body: body,
  };
  upload.etags[index] = etag((await bucket.call("write", key, (s3) => s3.uploadPart(part))).ETag);
}

/** Makes bytes `[start, end)` of an object a part, within the store. */
export async function copyPart(
  bucket: Bucket,
  key: string,
  upload: Upload,
  index: number,
  source: { shard: string; start: number; end: number },
): Promise<void> {
  const part = {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.uploadId,
    PartNumber: index + 1,
    CopySource: `${bucket.name}/${source.shard.split("/").map(encodeURIComponent).join("/")}`,
    CopySourceRange: `bytes=${source.start}-${source.end - 1}`,
  };
  const reply = await bucket.call("write", key, (s3) => s3.uploadPartCopy(part), "patient");
  upload.etags[index] = etag(reply.CopyPartResult?.ETag);
}

function etag(value: string | undefined): string {
  if (!value) throw new Error("S3 gave no ETag for a part");
  return value;
}

/** Puts the object in place. An upload that is gone because an earlier try did it counts as done. */
export async function completeUpload(bucket: Bucket, key: string, upload: Upload): Promise<void> {
  const Parts = upload.etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
  const input = { Bucket: bucket.name, Key: key, UploadId: upload.uploadId, MultipartUpload: { Parts } };
  try {
    await bucket.send((s3) => s3.completeMultipartUpload(input), "patient");
  } catch (error) {
    if (codeOf(error) === "NoSuchUpload" && (await metadataOf(bucket, key))?.[MARK] === upload.mark) return;
    throw bucket.refusal("write", key, error);
  }
}

/** Gives an upload up; one that is gone is left. */
export async function abortUpload(bucket: Bucket, key: string, uploadId: string): Promise<void> {
  try {
    await bucket.send((s3) => s3.abortMultipartUpload({ Bucket: bucket.name, Key: key, UploadId: uploadId }));
  } catch (error) {
    if (codeOf(error) !== "NoSuchUpload") throw bucket.refusal("write", key, error);
  }
}

/** Who owns an object, as `beginUpload` was told. */
export function ownerIn(metadata: Record<string, string> | undefined): string | undefined {
  const owner = metadata?.[OWNER];
  return owner === undefined ? undefined : decodeURIComponent(owner);
}

async function metadataOf(bucket: Bucket, key: string): Promise<Record<string, string> | undefined> {
  try {
    return (await bucket.send((s3) => s3.headObject({ Bucket: bucket.name, Key: key }))).Metadata;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw bucket.refusal("write", key, error);
  }
}
