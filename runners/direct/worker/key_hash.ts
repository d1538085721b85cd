// Which partition a key belongs to: the same for the same bytes, in every process.

/** FNV-1a, of 32 bits, mixed at the end so that its low bits depend on all of the bytes. */
export function hashOf(bytes: Uint8Array, from: number, to: number, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
