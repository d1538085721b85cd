// XXH64: its published values, and the same of bytes in any pieces.
import fc from "fast-check";
import { XxHash64 } from "../../storage/formats/compression/xxhash64";

function hex(...parts: Uint8Array[]): string {
  const hash = new XxHash64();
  for (const part of parts) hash.update(part);
  return hash
    .digest()
    .map((half) => half.toString(16).padStart(8, "0"))
    .join("");
}

it.each([
  ["", "ef46db3751d8e999"],
  ["a", "d24ec4f1a98c6e5b"],
  ["abc", "44bc2cf5ad770999"],
])("of %p is %s", (text, expected) => {
  expect(hex(Buffer.from(text))).toBe(expected);
});

const MASK = (1n << 64n) - 1n;
const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

/** The algorithm as its specification has it, slowly. */
function specified(bytes: Buffer): string {
  const wrap = (x: bigint): bigint => x & MASK;
  const rotate = (x: bigint, by: bigint): bigint => wrap((x << by) | (x >> (64n - by)));
  const round = (acc: bigint, lane: bigint): bigint => wrap(rotate(wrap(acc + lane * P2), 31n) * P1);
  let at = 0;
  let acc = P5;
  if (bytes.length >= 32) {
    const lanes = [wrap(P1 + P2), P2, 0n, wrap(-P1)];
    for (; at + 32 <= bytes.length; at += 32) {
      lanes.forEach((lane, i) => (lanes[i] = round(lane, bytes.readBigUInt64LE(at + 8 * i))));
    }
    acc = wrap([1n, 7n, 12n, 18n].reduce((sum, by, i) => sum + rotate(lanes[i], by), 0n));
    for (const lane of lanes) acc = wrap((acc ^ round(0n, lane)) * P1 + P4);
  }
  acc = wrap(acc + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    acc = wrap(rotate(acc ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P1 + P4);
  }
  if (at + 4 <= bytes.length) {
    acc = wrap(rotate(acc ^ wrap(BigInt(bytes.readUInt32LE(at)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.length; at++) acc = wrap(rotate(acc ^ wrap(BigInt(bytes[at]) * P5), 11n) * P1);
  acc = wrap((acc ^ (acc >> 33n)) * P2);
  acc = wrap((acc ^ (acc >> 29n)) * P3);
  return (acc ^ (acc >> 32n)).toString(16).padStart(16, "0");
}

it("is what the specification says, in whatever pieces and wherever the bytes lie", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), fc.nat(7), (parts, offset) => {
      const moved = parts.map((part) => Buffer.concat([Buffer.alloc(offset), part]).subarray(offset));
      expect(hex(...moved)).toBe(specified(Buffer.concat(parts)));
    }),
    { numRuns: 500 },
  );
});
