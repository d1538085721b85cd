// Files on a local disk: which ones a pattern names, and their bytes as a stream.
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { EmptyFolderError, FileAccessError, NoSuchFileError } from "../../errors";
import type { FileInfo, FileSystem } from "../file_system";
import { readSpan } from "./span";
import { StagedFolder } from "./staged_folder";

/** The files of this machine. Their order is that of their names. */
export const localFiles: FileSystem = {
  async *list(pattern) {
    const found = await statOrUndefined(pattern);
    if (found?.isDirectory()) {
      yield* await listFolder(pattern);
      return;
    }
    if (found) {
      yield { path: pattern, size: found.size };
      return;
    }
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
    yield* await sizes(shown);
  },

  async *read({ path: name }, start, end) {
    try {
      yield* readSpan(name, start, end);
    } catch (error) {
      throw new FileAccessError("read", name, error);
    }
  },

  stage: (target, jobId, options) => new StagedFolder(target, jobId, options),

  identity: (name) => realpath(name).catch(() => path.resolve(name)),

  async isFolder(name) {
    return (await stat(name).catch(() => undefined))?.isDirectory() ?? false;
  },

  namesIn: (folder) => readdir(folder).catch(() => []),
};

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
