// Standard input as a file: kept in a temporary one, since workers that read it have standard inputs of their own.
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { FileAccessError } from "../storage/errors";

export class StandardInput {
  /** Where its bytes are when they have been kept. */
  readonly path: string;
  private readonly folder = path.join(tmpdir(), `beam-predict-${randomBytes(8).toString("hex")}`);

  constructor() {
    this.path = path.join(this.folder, "input");
  }

  /**
   * Reads the stream to its end.
   * @returns how many bytes it had
   * @throws FileAccessError when it can't be read, or there is no room for it
   */
  async keep(stream: NodeJS.ReadableStream): Promise<number> {
    try {
      mkdirSync(this.folder, { mode: 0o700 });
      const file = createWriteStream(this.path);
      await pipeline(stream, file);
      return file.bytesWritten;
    } catch (error) {
      // Whoever has no room for it needs to know where.
      const isRead = (error as NodeJS.ErrnoException).syscall === "read";
      throw isRead
        ? new FileAccessError("read", "standard input", error)
        : new FileAccessError("write", this.path, error);
    }
  }

  /** Removes the file; at once, since the process may be about to end. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
