// The body of a reply as chunks: cut off, stalled and overlong ones are told from whole ones.
import type { Readable } from "node:stream";

/** A body that sends no byte for so long is broken. */
export const STALL_MS = 60_000;

/**
 * The chunks of a body of `length` bytes. The time that its reader takes does not count.
 * @throws an Error that is no StorageError when it breaks off, stalls or has another length: reading may be taken up again
 */
export async function* chunks(body: Readable, length: number, stall = STALL_MS): AsyncGenerator<Buffer> {
  let awaited = true;
  let received = 0;
  const timer = setTimeout(() => {
    if (awaited) body.destroy(new Error(`no byte came for ${stall / 1000} s`));
  }, stall);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      awaited = false;
      received += chunk.length;
      if (received > length) break;
      yield chunk;
      awaited = true;
      timer.refresh();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`the connection broke after ${received} of ${length} bytes (${code ?? message})`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  if (received !== length) throw new Error(`the reply had ${received} bytes of ${length}`);
}
