// What can go wrong with files, each with a code, what was wrong, where, and what to do about it.

/** The base of the storage errors; `code` is stable and may be tested for. */
export class StorageError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No file is at a path, or none matches a pattern. */
export class NoSuchFileError extends StorageError {
  constructor(readonly pattern: string) {
    super(
      "NO_SUCH_FILE",
      /[*?[\]{}]/.test(pattern)
        ? `No file matches '${pattern}'. Quote a pattern so that the shell leaves it alone, or check the folder's name.`
        : `No such file: '${pattern}'. Check the path; it is looked up from the current directory.`,
    );
  }
}

/** A folder without a file to read. */
export class EmptyFolderError extends StorageError {
  constructor(folder: string) {
    super(
      "EMPTY_FOLDER",
      `The folder '${folder}' has no files to read (those that start with . or _ do not count).`,
    );
  }
}

/** The operating system refused a read or a write. */
export class FileAccessError extends StorageError {
  constructor(action: "read" | "write" | "list", path: string, cause: unknown) {
    super("FILE_ACCESS", `Cannot ${action} '${path}': ${explain(cause)}`, { cause });
  }
}

const EXPLANATIONS: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  ENOENT: "no such file or folder",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
};

function explain(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return EXPLANATIONS[code ?? ""] ?? message ?? String(cause);
}
