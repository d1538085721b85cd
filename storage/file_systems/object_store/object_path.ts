// Paths of objects: `s3://bucket/key`, `gs://bucket/key`.
import { PathError } from "../../errors";

export interface ObjectPath {
  scheme: string;
  bucket: string;
  /** May be empty: the whole bucket. */
  key: string;
}

/** Takes a path apart. @throws PathError when it names no bucket */
export function parseObjectPath(path: string): ObjectPath {
  const [, scheme, bucket, key] = /^([a-z0-9]+):\/\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  if (!bucket) {
    throw new PathError(`'${path}' names no bucket. Write it as ${scheme ?? "s3"}://BUCKET/KEY.`);
  }
  return { scheme, bucket, key };
}
