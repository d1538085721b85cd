// The bytes of a local file from one place to another, as a stream.
import { createReadStream } from "node:fs";

/** Bytes to read at a time: larger than Node's 64 KiB, since each chunk ends with a line that has to be copied. */
const READ_CHUNK = 1 << 20;

/** The bytes `[start, end)`, with the system's errors. */
export async function* readSpan(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (start >= end) return;
  const stream = createReadStream(path, { start, end: end - 1, highWaterMark: READ_CHUNK });
  for await (const chunk of stream) yield chunk as Buffer;
}
