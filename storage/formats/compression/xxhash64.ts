// XXH64, the checksum of zstd's frames, in 32-bit halves: with BigInt it would take fifty times as long.

// Not through the global object, where a sandbox (a test's) puts something slow between.
const { imul } = Math;

// The five primes of the algorithm, each as its high and low half.
const P1H = 0x9e3779b1;
const P1L = 0x85ebca87;
const P2H = 0xc2b2ae3d;
const P2L = 0x27d4eb4f;
const P3H = 0x165667b1;
const P3L = 0x9e3779f9;
const P4H = 0x85ebca77;
const P4L = 0xc2b2ae63;
const P5H = 0x27d4eb2f;
const P5L = 0x165667c5;

const STRIPE = 32;

/** The high half of what the last call of a function below gave; they return the low half. */
let high = 0;

function multiply(aH: number, aL: number, bH: number, bL: number): number {
  const a0 = aL & 0xffff;
  const a1 = aL >>> 16;
  const b0 = bL & 0xffff;
  const b1 = bL >>> 16;
  const low = imul(a0, b1);
  const mid = imul(a1, b0);
  const carry = (imul(a0, b0) >>> 16) + (low & 0xffff) + (mid & 0xffff);
  high = (imul(a1, b1) + (low >>> 16) + (mid >>> 16) + (carry >>> 16) + imul(aH, bL) + imul(aL, bH)) | 0;
  return imul(aL, bL);
}

function add(aH: number, aL: number, bH: number, bL: number): number {
  const low = (aL + bL) | 0;
  high = (aH + bH + (low >>> 0 < aL >>> 0 ? 1 : 0)) | 0;
  return low;
}

/** Rotates to the left by less than 32 bits. */
function rotate(aH: number, aL: number, by: number): number {
  high = (aH << by) | (aL >>> (32 - by));
  return (aL << by) | (aH >>> (32 - by));
}

/** One step of a lane: `rotate(accumulator + input * P2, 31) * P1`. */
function round(accH: number, accL: number, inputH: number, inputL: number): number {
  let low = multiply(inputH, inputL, P2H, P2L);
  low = add(accH, accL, high, low);
  low = rotate(high, low, 31);
  return multiply(high, low, P1H, P1L);
}

/** The hash of bytes that come in pieces, seed 0. */
export class XxHash64 {
  /** The four lanes, high half and low half in turn. */
  private readonly lanes = new Int32Array(8);
  private readonly rest = new Uint8Array(STRIPE);
  private restSize = 0;
  private total = 0;

  constructor() {
    const { lanes } = this;
    lanes[1] = add(P1H, P1L, P2H, P2L);
    lanes[0] = high;
    lanes[2] = P2H;
    lanes[3] = P2L;
    // The fourth is 0 - P1.
    lanes[7] = -P1L;
    lanes[6] = ~P1H;
  }

  update(bytes: Uint8Array): this {
    let from = 0;
    this.total += bytes.length;
    if (this.restSize > 0) {
      from = Math.min(STRIPE - this.restSize, bytes.length);
      this.rest.set(bytes.subarray(0, from), this.restSize);
      this.restSize += from;
      if (this.restSize < STRIPE) return this;
      this.stripes(this.rest, 0, STRIPE);
      this.restSize = 0;
    }
    const to = from + Math.floor((bytes.length - from) / STRIPE) * STRIPE;
    this.stripes(bytes, from, to);
    this.rest.set(bytes.subarray(to));
    this.restSize = bytes.length - to;
    return this;
  }

  /** The hash of all that came so far, as its high and its low 32 bits. */
  digest(): [high: number, low: number] {
    const { lanes, rest, restSize } = this;
    let low: number;
    if (this.total < STRIPE) {
      low = P5L;
      high = P5H;
    } else {
      low = rotate(lanes[0], lanes[1], 1);
      for (const [lane, by] of [
        [2, 7],
        [4, 12],
        [6, 18],
      ]) {
        const sumH = high;
        const rotated = rotate(lanes[lane], lanes[lane + 1], by);
        low = add(sumH, low, high, rotated);
      }
      for (let lane = 0; lane < 8; lane += 2) {
        const sumH = high;
        const mixed = round(0, 0, lanes[lane], lanes[lane + 1]);
        low = multiply(sumH ^ high, low ^ mixed, P1H, P1L);
        low = add(high, low, P4H, P4L);
      }
    }
    low = add(high, low, Math.floor(this.total / 2 ** 32), this.total | 0);
    return this.finish(high, low, rest, restSize);
  }

  /** Mixes in the bytes behind the last whole stripe. */
  private finish(h: number, l: number, rest: Uint8Array, size: number): [number, number] {
    const view = new DataView(rest.buffer);
    let at = 0;
    for (; at + 8 <= size; at += 8) {
      const mixed = round(0, 0, view.getInt32(at + 4, true), view.getInt32(at, true));
      l = rotate(h ^ high, l ^ mixed, 27);
      l = multiply(high, l, P1H, P1L);
      l = add(high, l, P4H, P4L);
      h = high;
    }
    if (at + 4 <= size) {
      const mixed = multiply(0, view.getInt32(at, true), P1H, P1L);
      l = rotate(h ^ high, l ^ mixed, 23);
      l = multiply(high, l, P2H, P2L);
      l = add(high, l, P3H, P3L);
      h = high;
      at += 4;
    }
    for (; at < size; at++) {
      const mixed = multiply(0, rest[at], P5H, P5L);
      l = rotate(h ^ high, l ^ mixed, 11);
      l = multiply(high, l, P1H, P1L);
      h = high;
    }
    // h ^= h >>> 33; h *= P2; h ^= h >>> 29; h *= P3; h ^= h >>> 32
    l = multiply(h, l ^ (h >>> 1), P2H, P2L);
    h = high;
    l = multiply(h ^ (h >>> 29), l ^ ((l >>> 29) | (h << 3)), P3H, P3L);
    return [high >>> 0, (l ^ high) >>> 0];
  }

  private stripes(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [h1, l1, h2, l2, h3, l3, h4, l4] = this.lanes;
    for (let at = from; at < to; at += STRIPE) {
      l1 = round(h1, l1, view.getInt32(at + 4, true), view.getInt32(at, true));
      h1 = high;
      l2 = round(h2, l2, view.getInt32(at + 12, true), view.getInt32(at + 8, true));
      h2 = high;
      l3 = round(h3, l3, view.getInt32(at + 20, true), view.getInt32(at + 16, true));
      h3 = high;
      l4 = round(h4, l4, view.getInt32(at + 28, true), view.getInt32(at + 24, true));
      h4 = high;
    }
    this.lanes.set([h1, l1, h2, l2, h3, l3, h4, l4]);
  }
}
