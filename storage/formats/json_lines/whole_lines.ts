// Finds the bytes of the lines that begin in a range of a file: where ranges are cut does not matter to lines.
import type { InputFile } from "../input_format";
import { readWithOverrun } from "../overrun";

export const LF = 0x0a;

/** Bytes of a file, and where they begin in it. */
export interface Piece {
  bytes: Buffer;
  offset: number;
}

/**
 * The lines that begin in `[start, end)`, whole, in pieces that follow each other without a gap: without the rest of a
 * line that began before, and with that of the last one, wherever it ends.
 */
export async function* wholeLines(file: InputFile, start: number, end: number): AsyncGenerator<Piece> {
  if (start >= end) return;
  // A line begins at `start` when the byte before ends one.
  let offset = Math.max(0, start - 1);
  let isSkipping = start > 0;
  for await (const bytes of readWithOverrun(file, offset, end)) {
    const lineEnd = isSkipping || offset >= end ? bytes.indexOf(LF) : -1;
    if (offset >= end) {
      yield { bytes: lineEnd < 0 ? bytes : bytes.subarray(0, lineEnd + 1), offset };
      if (lineEnd >= 0) return;
    } else if (!isSkipping) {
      yield { bytes, offset };
    } else if (lineEnd >= 0) {
      isSkipping = false;
      yield { bytes: bytes.subarray(lineEnd + 1), offset: offset + lineEnd + 1 };
    }
    offset += bytes.length;
    // No line is open behind the range: reading on would fetch what others read.
    if (offset === end && (isSkipping || bytes[bytes.length - 1] === LF)) return;
  }
}
