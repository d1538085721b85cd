// Decompresses gzip with Node's zlib, which works outside the main thread; and refuses what zlib would pass over.
import { createGunzip, type Gunzip } from "node:zlib";
import { UnreadableFileError } from "../../errors";

/** Bytes of output that zlib makes ahead of their use. */
const AHEAD = 1 << 18;

/** The content of gzip members one after the other. */
export async function* gunzip(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const engine = createGunzip({ chunkSize: 1 << 16, readableHighWaterMark: AHEAD } as object);
  const news = new News(engine);
  let size = 0;

  /** Gives out what the engine makes until it is done with what it was given. */
  async function* outputUntil(isDone: () => boolean): AsyncGenerator<Buffer> {
    for (;;) {
      const isLast = isDone();
      let bytes: Buffer | null;
      while ((bytes = engine.read() as Buffer | null) !== null) yield bytes;
      if (news.error !== undefined) throw unreadable(name, news.error, size);
      if (isLast) return;
      await news.next();
    }
  }

  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      size += chunk.length;
      let isTaken = false;
      engine.write(chunk, () => {
        isTaken = true;
        news.tell();
      });
      yield* outputUntil(() => isTaken);
      // Zeros behind the last member end zlib's work without an error.
      if (engine.bytesWritten < size) throw trailing(name, engine.bytesWritten);
    }
    if (size === 0) {
      throw new UnreadableFileError(
        name,
        "it is empty (0 bytes), which no gzip file is, not even one of no data: it is cut off. Get the whole file.",
      );
    }
    engine.end();
    yield* outputUntil(() => news.isEnd);
  } finally {
    engine.destroy();
  }
}

/** Wakes whoever waits for the engine. */
class News {
  error: NodeJS.ErrnoException | undefined;
  isEnd = false;
  private isNew = false;
  private wake: (() => void) | undefined;

  constructor(engine: Gunzip) {
    engine.on("readable", () => this.tell());
    engine.on("end", () => {
      this.isEnd = true;
      this.tell();
    });
    engine.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error;
      this.tell();
    });
  }

  tell(): void {
    this.isNew = true;
    this.wake?.();
  }

  /** Resolves when something was told since the last call. */
  async next(): Promise<void> {
    if (!this.isNew) await new Promise<void>((resolve) => (this.wake = resolve));
    this.isNew = false;
  }
}

function unreadable(name: string, error: NodeJS.ErrnoException, size: number): UnreadableFileError {
  const reason =
    error.code === "Z_BUF_ERROR"
      ? `it is cut off: its gzip data goes on behind its last byte, number ${size}. Get the whole file.`
      : `it is no gzip data, or damaged (${error.message}, before byte ${size}). Get the file again, or give it the right extension.`;
  return new UnreadableFileError(name, reason, { cause: error });
}

function trailing(name: string, at: number): UnreadableFileError {
  return new UnreadableFileError(
    name,
    `what follows its gzip data, from byte ${at} on, is no gzip data: it is damaged, or something was added to it. ` +
      "Get the file again.",
  );
}
