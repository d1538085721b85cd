// Finds the footer of a Parquet file, which describes all the rest, and says in one line what is wrong where there is none.
import { UnreadableFileError } from "../../errors";

/** A file whose bytes can be read from anywhere. */
export interface ByteSource {
  readonly name: string;
  readonly size: number;
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/** What a file begins and ends with. */
export const MAGIC = Buffer.from("PAR1");

/** Read at first: enough for most footers. */
const TAIL = 1 << 16;

export interface Footer {
  /** The Thrift struct, the number of its bytes and the magic. */
  bytes: Buffer;
  /** Where it begins in the file. */
  start: number;
}

/** @throws UnreadableFileError for what is no Parquet file, is cut off or encrypted */
export async function readFooter(file: ByteSource): Promise<Footer> {
  const { name, size } = file;
  if (size === 0) throw new UnreadableFileError(name, "it is empty (0 bytes), not a Parquet file");
  const tail = await readFully(file, Math.max(0, size - TAIL), size);
  const end = tail.toString("latin1", Math.max(0, tail.length - 4));
  if (end === "PARE") throw new UnreadableFileError(name, "it is encrypted, which is not supported");
  if (size < 12 || end !== "PAR1") {
    const head = await readFully(file, 0, Math.min(4, size));
    throw new UnreadableFileError(
      name,
      head.equals(MAGIC)
        ? "it begins as a Parquet file but does not end as one: it is cut off. Write or copy it again"
        : "it is not a Parquet file (it does not end with PAR1)",
    );
  }
  const length = tail.readUInt32LE(tail.length - 8);
  const start = size - 8 - length;
  if (start < 4) {
    throw new UnreadableFileError(
      name,
      `it is damaged: its footer would have ${length} bytes, and the file has ${size}`,
    );
  }
  const missing = start < size - tail.length ? await readFully(file, start, size - tail.length) : undefined;
  const bytes = missing ? Buffer.concat([missing, tail]) : tail.subarray(tail.length - 8 - length);
  return { bytes, start };
}

/**
 * The bytes `[start, end)`.
 * @throws UnreadableFileError when there are fewer
 */
export async function readFully(file: ByteSource, start: number, end: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of file.read(start, end)) {
    chunks.push(chunk);
    size += chunk.length;
  }
  if (size !== end - start) {
    throw new UnreadableFileError(
      file.name,
      `it ended at byte ${start + size} while ${file.size} bytes were expected; was it changed meanwhile?`,
    );
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
}
