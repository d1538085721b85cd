// Files on a local disk: which ones a pattern names, and their bytes as a stream.
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { EmptyFolderError, FileAccessError, NoSuchFileError } from "./errors";

/** A file that was found. */
export interface FileInfo {
  /** Its path, as the user wrote it or the pattern found it. */
  path: string;
  /** Its size in bytes. */
  size: number;
}

/** Bytes to read at a time: larger than Node's 64 KiB, since each chunk ends with a line that has to be copied. */
const READ_CHUNK = 1 << 20;

/**
 * The files that a path or a glob names, in the order of their names. A path that exists is taken as it is, special
 * characters and all. A folder stands for the files in it, without those that start with `.` or `_` (`_SUCCESS`),
 * which a glob does not find either.
 * @throws NoSuchFileError or EmptyFolderError when there are none
 */
export async function listFiles(pattern: string): Promise<FileInfo[]> {
  const found = await statOrUndefined(pattern);
  if (found?.isDirectory()) return listFolder(pattern);
  if (found) return [{ path: pattern, size: found.size }];
  if (!isDynamicPattern(pattern)) throw new NoSuchFileError(pattern);
  const names = await glob(pattern.split(path.sep).join("/"), {
    expandDirectories: false,
    absolute: path.isAbsolute(pattern),
  });
  // As in a folder, `_SUCCESS` and its like are no records, unless they are asked for.
  const shown = path.basename(pattern).startsWith("_")
    ? names
    : names.filter((name) => !path.basename(name).startsWith("_"));
  if (shown.length === 0) throw new NoSuchFileError(pattern);
  return sizes(shown);
}

async function listFolder(folder: string): Promise<FileInfo[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new FileAccessError("list", folder, error);
  });
  const shown = names.filter((name) => !/^[._]/.test(name));
  const files = await sizes(shown.map((name) => path.join(folder, name)));
  if (files.length === 0) throw new EmptyFolderError(folder);
  return files;
}

/** Those of the names that are files (or links to files), in order, with their sizes. */
async function sizes(names: string[]): Promise<FileInfo[]> {
  const files: FileInfo[] = [];
  await Promise.all(
    names.map(async (name) => {
      const found = await stat(name).catch((error: unknown) => {
        throw new FileAccessError("read", name, error);
      });
      if (found.isFile()) files.push({ path: name, size: found.size });
    }),
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function statOrUndefined(name: string) {
  try {
    return await stat(name);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw new FileAccessError("read", name, error);
  }
}

/** The bytes of a file, in chunks. */
export async function* readFile(name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(name, { highWaterMark: READ_CHUNK })) yield chunk as Buffer;
  } catch (error) {
    throw new FileAccessError("read", name, error);
  }
}
