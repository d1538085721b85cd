// Decodes Parquet's runs: small integers (levels, places in a dictionary) as repetitions and as packed bits.

/**
 * Fills `out` with integers of `width` bits from the runs in `bytes[at..end)`. hyparquet's own decoder believes whatever
 * length a damaged run gives, and fills the memory with it.
 * @throws Error when there are fewer than `out` has room for
 */
export function readRuns(
  bytes: Buffer,
  at: number,
  end: number,
  width: number,
  out: Uint8Array | Uint32Array,
): void {
  if (width === 0) return; // all of them are 0, as `out` is
  if (width > 32) throw new Error(`values of ${width} bits`);
  for (let filled = 0; filled < out.length;) {
    let header = 0;
    for (let scale = 1; ; scale *= 128) {
      if (at >= end || scale > 2 ** 28) throw new Error("a page's runs end too early");
      const byte = bytes[at++];
      header += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    const isPacked = header % 2 === 1;
    const length = Math.floor(header / 2) * (isPacked ? 8 : 1);
    const count = Math.min(length, out.length - filled);
    // What stands for no value may be left out at the end.
    const size = isPacked ? Math.ceil((count * width) / 8) : Math.ceil(width / 8);
    if (at + size > end) throw new Error("a page's runs end too early");
    if (isPacked) {
      unpack(bytes, at, width, out, filled, filled + count);
      at += (length / 8) * width;
    } else {
      out.fill(bytes.readUIntLE(at, size), filled, filled + count);
      at += size;
    }
    filled += count;
  }
}

/** Reads `out[from..to)` from bits that are packed from the lowest of each byte on. */
function unpack(
  bytes: Buffer,
  at: number,
  width: number,
  out: Uint8Array | Uint32Array,
  from: number,
  to: number,
): void {
  // Up to 32 + 7 bits are held: more than bit operations have, but exact in a double.
  const range = 2 ** width;
  let held = 0;
  let scale = 1;
  if (width <= 24) {
    const mask = range - 1;
    let bits = 0;
    for (let i = from; i < to; i++) {
      for (; bits < width; bits += 8) held |= bytes[at++] << bits;
      out[i] = held & mask;
      held >>>= width;
      bits -= width;
    }
    return;
  }
  for (let i = from; i < to; i++) {
    for (; scale < range; scale *= 256) held += bytes[at++] * scale;
    out[i] = held % range;
    held = Math.floor(held / range);
    scale /= range;
  }
}
