// Writes files into a .tar.gz: the same files give the same bytes, whenever and by whomever they are packed.
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** A file of an archive. */
export interface ArchiveFile {
  /** Its path in the archive. */
  name: string;
  /** What it holds, or the file that does. */
  content: Buffer | { file: string; size: number };
  isExecutable: boolean;
}

/** As much of tar-stream as is called. */
interface TarStream {
  pack: () => Readable & {
    entry(header: object, content: Buffer, written: (error?: Error | null) => void): void;
    entry(header: object, written: (error?: Error | null) => void): Writable;
    finalize(): void;
  };
}

/** No clock is in the archive. Not 1970, which tar takes for a mistake and warns of. */
const TIME = new Date(Date.UTC(2000, 0, 1));

/** Smaller files are read in one go. */
const SMALL_BYTES = 1 << 20;

/**
 * Writes an archive aside and then puts it in place.
 * @param onBytes is told how much of the files has been packed; what it throws ends the packing
 */
export async function writeArchive(
  target: string,
  files: readonly ArchiveFile[],
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const { pack } = require("tar-stream") as TarStream;
  const archive = pack();
  const aside = path.join(
    path.dirname(target),
    `.${path.basename(target)}.${randomBytes(4).toString("hex")}.tmp`,
  );
  const add = async ({ name, content, isExecutable }: ArchiveFile): Promise<void> => {
    const isBuffer = Buffer.isBuffer(content);
    const header = {
      name,
      size: isBuffer ? content.length : content.size,
      mode: isExecutable ? 0o755 : 0o644,
      mtime: TIME,
    };
    await new Promise<void>((resolve, reject) => {
      const written = (error?: Error | null): void => (error ? reject(error) : resolve());
      if (isBuffer) archive.entry(header, content, written);
      else if (content.size <= SMALL_BYTES)
        readFile(content.file).then((bytes) => archive.entry(header, bytes, written), reject);
      else pipeline(createReadStream(content.file), archive.entry(header, written)).catch(reject);
    });
    onBytes(header.size);
  };
  const addAll = async (): Promise<void> => {
    for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) await add(file);
    archive.finalize();
  };
  try {
    await Promise.all([
      pipeline(archive, createGzip(), createWriteStream(aside, { flags: "wx" })),
      addAll().catch((error: Error) => {
        archive.destroy(error);
        throw error;
      }),
    ]);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
