// What an Avro file's parts say about bytes that can't be right; the reader adds the file and the place.

/** A file is damaged, or no Avro file: the message says what was seen. Never leaves the reader as it is. */
export class DamageError extends Error {}

/** A block that claims more bytes than this, compressed or not, is taken for damage. */
export const MAX_BLOCK_BYTES = 2 ** 30;

/** Items that take no bytes (nulls) may be more than there are bytes; beyond this their count is taken for damage. */
const MAX_EMPTY_ITEMS = 1 << 24;

/** Refuses counts that `bytes` bytes can't hold, before anything is made for that many. */
export function checkCount(count: number, bytes: number, what: string): void {
  if (count > bytes && count > MAX_EMPTY_ITEMS) {
    throw new DamageError(`${count} ${what} can't be in ${bytes} bytes`);
  }
}
