// The byte order mark that a UTF-8 text may begin with; it is no part of its first record.

/** The length of the byte order mark at `source[at]`: 3, or 0 where there is none. */
export function lengthOfMark(source: Buffer, at = 0): number {
  return source[at] === 0xef && source[at + 1] === 0xbb && source[at + 2] === 0xbf ? 3 : 0;
}

/** The same bytes, the first chunk being long enough to hold a whole mark. */
export async function* withWholeMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
    } else {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length < 3) continue;
      yield head;
      head = undefined;
    }
  }
  if (head !== undefined && head.length > 0) yield head;
}
