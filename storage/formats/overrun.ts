// Reads a range of a file and then on behind it, for formats whose last record may run over the end of its range.
import { UnreadableFileError } from "../errors";
import type { InputFile } from "./input_format";

/** Bytes that are asked for behind a range, one request after the other: most records end soon, few are long. */
const FIRST_OVERRUN = 64 << 10;
const MOST_OVERRUN = 16 << 20;
const GROWTH = 16;

/**
 * The bytes `[start, end)` of a file, and while the caller goes on, those behind them to the end of the file, in requests
 * of 64 KiB, 1 MiB and then 16 MiB. No chunk has bytes of both sides of `end`.
 * @throws UnreadableFileError when the file is shorter than it should be
 */
export async function* readWithOverrun(file: InputFile, start: number, end: number): AsyncGenerator<Buffer> {
  yield* readAll(file, start, end);
  // A file whose size is not known is read as a whole: nothing is behind its range.
  const total = file.size ?? end;
  for (let size = FIRST_OVERRUN; end < total; size = Math.min(GROWTH * size, MOST_OVERRUN)) {
    const next = Math.min(end + size, total);
    yield* readAll(file, end, next);
    end = next;
  }
}

/**
 * The bytes `[start, end)` of a file, as far as it goes.
 * @throws UnreadableFileError when they are fewer than its size says: records would be lost in silence
 */
export async function* readAll(file: InputFile, start: number, end: number): AsyncGenerator<Buffer> {
  let at = start;
  for await (const chunk of file.read(start, end)) {
    at += chunk.length;
    yield chunk;
  }
  if (file.size !== undefined && at < Math.min(end, file.size)) {
    const reason = `it ends at byte ${at}, but had ${file.size} bytes when the job began. Do not change it while it is read.`;
    throw new UnreadableFileError(file.name, reason);
  }
}
