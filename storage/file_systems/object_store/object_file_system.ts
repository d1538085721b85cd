// Objects of a store as files: which ones a pattern names, and their bytes as a stream.
import path from "node:path";
import picomatch from "picomatch";
import { EmptyFolderError, NoSuchFileError } from "../../errors";
import type { FileInfo, FileSystem } from "../file_system";
import { withoutSlash } from "../folder_name";
import type { StagedOutput } from "../staged_output";
import { parseObjectPath } from "./object_path";
import type { ObjectInfo, ObjectStore } from "./object_store";
import { resuming } from "./resuming";
import { StagedObjects } from "./staged_objects";

/** The file system of a store, of which each bucket is opened when a path names it. */
export class ObjectFileSystem implements FileSystem {
  constructor(private readonly open: (bucket: string) => ObjectStore) {}

  async *list(pattern: string): AsyncGenerator<FileInfo> {
    const { bucket, key } = parseObjectPath(pattern);
    const store = this.open(bucket);
    const exact = key === "" || key.endsWith("/") ? undefined : await store.find(key);
    if (exact !== undefined) {
      yield fileOf(store, exact);
    } else if (picomatch.scan(key).isGlob) {
      yield* listGlob(store, pattern, key);
    } else {
      yield* listFolder(store, pattern, key);
    }
  }

  async *read(file: FileInfo, start: number, end: number): AsyncGenerator<Buffer> {
    const { bucket, key } = parseObjectPath(file.path);
    const store = this.open(bucket);
    const last = Math.min(end, file.size);
    yield* resuming(file.path, start, last, (from) => store.read(key, from, last, file.version));
  }

  stage(target: string, jobId: string): StagedOutput {
    return new StagedObjects(this.open(parseObjectPath(target).bucket), target, jobId);
  }

  async identity(name: string): Promise<string> {
    return withoutSlash(name);
  }

  async isFolder(name: string): Promise<boolean> {
    const { bucket, key } = parseObjectPath(name);
    for await (const object of this.open(bucket).list(`${withoutSlash(key)}/`)) return object.key !== "";
    return false;
  }

  async namesIn(folder: string): Promise<string[]> {
    const { bucket, key } = parseObjectPath(folder);
    const prefix = key === "" ? "" : `${withoutSlash(key)}/`;
    const names: string[] = [];
    for await (const object of this.open(bucket).list(prefix, "/")) {
      if (object.key !== prefix) names.push(object.key.slice(prefix.length));
    }
    return names;
  }
}

/** The objects in a folder, without those whose names begin with `.` or `_`. */
async function* listFolder(store: ObjectStore, pattern: string, key: string): AsyncGenerator<FileInfo> {
  const prefix = key === "" ? "" : `${withoutSlash(key)}/`;
  let isThere = false;
  let isEmpty = true;
  for await (const object of store.list(prefix, "/")) {
    isThere = true;
    if (/^[._]|^$/.test(path.posix.basename(object.key)) || object.key.endsWith("/")) continue;
    isEmpty = false;
    yield fileOf(store, object);
  }
  if (!isEmpty) return;
  throw isThere || key === "" ? new EmptyFolderError(pattern) : new NoSuchFileError(pattern);
}

/** The objects whose keys match a glob, among those that begin with what stands before its first special character. */
async function* listGlob(store: ObjectStore, pattern: string, glob: string): AsyncGenerator<FileInfo> {
  const matches = picomatch(glob);
  // As in a folder, `_SUCCESS` and its like are no records, unless they are asked for.
  const isHidden = path.posix.basename(glob).startsWith("_")
    ? () => false
    : (key: string) => path.posix.basename(key).startsWith("_");
  let isEmpty = true;
  for await (const object of store.list(literalStart(glob))) {
    if (object.key.endsWith("/") || !matches(object.key) || isHidden(object.key)) continue;
    isEmpty = false;
    yield fileOf(store, object);
  }
  if (isEmpty) throw new NoSuchFileError(pattern);
}

/** What every match of a glob begins with. */
function literalStart(glob: string): string {
  return /^[^*?[\]{}()!@+\\]*/.exec(glob)![0];
}

function fileOf({ scheme, bucket }: ObjectStore, { key, size, version }: ObjectInfo): FileInfo {
  return { path: `${scheme}://${bucket}/${key}`, size, version };
}
