// Puts an object together out of bytes of others, up to its last step.
import { StorageError } from "../../errors";
import type { Segment } from "../staged_output";
import type { Bucket } from "./bucket";
import { InParallel } from "./in_parallel";
import { abortUpload, beginUpload, copyPart, uploadPart, type Upload } from "./multipart";
import { planParts, type PlannedPart } from "./part_plan";

export type ReadRange = (key: string, start: number, end: number) => AsyncIterable<Buffer>;

const MAX_UNDER_WAY = 8;
const MAX_BYTES_UNDER_WAY = 64 * 1024 * 1024;
/** How often a piece may break without a byte more of it. */
const MAX_BREAKS = 5;

/**
 * An upload with all its parts, not completed. A failure gives it up.
 * @param noted is told of the upload before it has a part
 */
export async function assemble(
  bucket: Bucket,
  key: string,
  segments: readonly Segment[],
  owner: string,
  read: ReadRange,
  noted: (upload: Upload) => Promise<void>,
): Promise<Upload> {
  const parts = planParts(segments);
  const largest = Math.max(1, ...parts.map((part) => ("copy" in part ? 1 : part.size)));
  const sending = new InParallel(
    Math.min(MAX_UNDER_WAY, Math.max(1, Math.floor(MAX_BYTES_UNDER_WAY / largest))),
  );
  const upload = await beginUpload(bucket, key, owner);
  try {
    await noted(upload);
    for (const [index, part] of parts.entries()) await sending.start(() => send(part, index));
    await sending.finish();
  } catch (error) {
    await sending.settle();
    await abortUpload(bucket, key, upload.uploadId).catch(() => {});
    throw bucket.refusal("write", key, error);
  }
  return upload;

  async function send(part: PlannedPart, index: number): Promise<void> {
    if ("copy" in part) return copyPart(bucket, key, upload, index, part.copy);
    return uploadPart(bucket, key, upload, index, await gather(part.pieces, part.size, read));
  }
}

/** The bytes of pieces, in one buffer. */
async function gather(pieces: readonly Segment[], size: number, read: ReadRange): Promise<Buffer> {
  const part = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) {
      filled += piece.copy(part, filled);
      continue;
    }
    const end = filled + piece.end - piece.start;
    for (let breaks = 0; filled < end;) {
      const before = filled;
      try {
        for await (const chunk of read(piece.shard, piece.end - (end - filled), piece.end))
          filled += chunk.copy(part, filled);
      } catch (error) {
        breaks = filled > before ? 0 : breaks + 1;
        if (error instanceof StorageError || breaks > MAX_BREAKS) throw error;
      }
    }
  }
  return part;
}
