// Lists: page by page, with keys that XML can't hold.
import type { ObjectInfo } from "../object_store/object_store";
import type { Bucket } from "./bucket";

/** The objects under a prefix, in the store's order, which is that of the keys' bytes. */
export async function* listObjects(
  bucket: Bucket,
  prefix: string,
  delimiter?: "/",
  pageSize?: number,
): AsyncGenerator<ObjectInfo> {
  let token: string | undefined;
  do {
    const page = await bucket.call("list", prefix, (s3) =>
      s3.listObjectsV2({
        Bucket: bucket.name,
        Prefix: prefix,
        Delimiter: delimiter,
        MaxKeys: pageSize,
        ContinuationToken: token,
        EncodingType: "url",
      }),
    );
    for (const { Key = "", Size = 0, ETag = "", LastModified } of page.Contents ?? []) {
      const key = decodeKey(Key, page.EncodingType);
      yield { key, size: Size, version: ETag, modified: LastModified?.getTime() ?? 0 };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

export interface UploadMarkers {
  KeyMarker?: string;
  UploadIdMarker?: string;
}

/** A page of the uploads under a prefix that were begun and neither completed nor given up; `next` where there are more. */
export async function pageOfUploads(
  bucket: Bucket,
  prefix: string,
  from: UploadMarkers = {},
  pageSize?: number,
): Promise<{ uploads: { key: string; uploadId: string; modified: number }[]; next?: UploadMarkers }> {
  const page = await bucket.call("list", prefix, (s3) =>
    s3.listMultipartUploads({
      Bucket: bucket.name,
      Prefix: prefix,
      MaxUploads: pageSize,
      EncodingType: "url",
      ...from,
    }),
  );
  const decode = (key = ""): string => decodeKey(key, page.EncodingType);
  const uploads = (page.Uploads ?? []).map(({ Key, UploadId = "", Initiated }) => ({
    key: decode(Key),
    uploadId: UploadId,
    modified: Initiated?.getTime() ?? 0,
  }));
  const next = { KeyMarker: decode(page.NextKeyMarker), UploadIdMarker: page.NextUploadIdMarker };
  return { uploads, next: page.IsTruncated ? next : undefined };
}

/** A key of a list. A store that does not encode keys does not say that it does. */
function decodeKey(key: string, encoding: string | undefined): string {
  return encoding === "url" ? decodeURIComponent(key.replace(/\+/g, " ")) : key;
}
