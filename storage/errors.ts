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
        : `No such file: '${pattern}'. Check the path${pattern.includes("://") ? "." : "; it is looked up from the current directory."}`,
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

/** The operating system or a store refused a read or a write. */
export class FileAccessError extends StorageError {
  /** @param cause the system's error, or the reason in words */
  constructor(action: "read" | "write" | "list" | "remove", path: string, cause: unknown) {
    const reason = typeof cause === "string" ? cause : explain(cause);
    super("FILE_ACCESS", `Cannot ${action} '${path}': ${reason}`, { cause });
  }
}

/** A file is not what it should be: it is damaged, cut off, or of another format. */
export class UnreadableFileError extends StorageError {
  /** @param reason what is wrong, and what to do about it where that can be said */
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super("UNREADABLE_FILE", `Cannot read '${path}': ${reason}`, options);
  }
}

/** A row that an output format can't hold. */
export class UnwritableRowError extends StorageError {
  constructor(reason: string) {
    super("UNWRITABLE_ROW", reason);
  }
}

/** A path that is in no place that can be reached. */
export class PathError extends StorageError {
  constructor(message: string) {
    super("PATH", message);
  }
}

/** A format's name, or a file's extension, that can't be. */
export class FormatError extends StorageError {
  constructor(message: string) {
    super("FORMAT", message);
  }
}

const EXPLANATIONS: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  ENOENT: "no such file or folder",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENOSPC: "no space is left on the disk. Make room, or choose a place on another disk.",
  EDQUOT: "the disk quota is used up. Make room, or choose a place on another disk.",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
};

function explain(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return EXPLANATIONS[code ?? ""] ?? message ?? String(cause);
}
