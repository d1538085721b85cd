// Spans of bytes: copied and compared as Buffer's own methods do it.
import fc from "fast-check";
import { compareBytes, copyBytes } from "../../storage/bytes";

/** Bytes of few kinds, so that spans often begin alike. */
const span = fc
  .array(fc.constantFrom(0, 1, 127, 128, 255), { maxLength: 8 })
  .map((bytes) => Buffer.from(bytes));

describe("compareBytes", () => {
  it("orders spans as Buffer.compare does", () => {
    fc.assert(
      fc.property(span, span, fc.nat(3), fc.nat(3), (a, b, aFrom, bFrom) => {
        // Other bytes before and behind must not count.
        const left = Buffer.concat([Buffer.alloc(aFrom, 9), a, Buffer.from([7])]);
        const right = Buffer.concat([Buffer.alloc(bFrom, 8), b, Buffer.from([200])]);
        const difference = compareBytes(left, aFrom, aFrom + a.length, right, bFrom, bFrom + b.length);
        expect(Math.sign(difference)).toBe(Buffer.compare(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it("puts the beginning of a span before the span, and empty ones first", () => {
    const bytes = Buffer.from("aab");
    expect(compareBytes(bytes, 0, 1, bytes, 0, 2)).toBeLessThan(0);
    expect(compareBytes(bytes, 0, 2, bytes, 1, 2)).toBeGreaterThan(0);
    expect(compareBytes(bytes, 0, 0, bytes, 0, 1)).toBeLessThan(0);
    expect(compareBytes(bytes, 0, 1, bytes, 1, 2)).toBe(0);
    expect(compareBytes(bytes, 0, 0, bytes, 3, 3)).toBe(0);
  });
});

describe("copyBytes", () => {
  const source = Buffer.from(Array.from({ length: 200 }, (_, i) => i + 1));

  it.each([0, 1, 2, 46, 47, 48, 49, 50, 150])("copies %i bytes and touches no other", (length) => {
    const target = Buffer.alloc(200);
    expect(copyBytes(source, 10, 10 + length, target, 20)).toBe(20 + length);
    const expected = Buffer.concat([
      Buffer.alloc(20),
      source.subarray(10, 10 + length),
      Buffer.alloc(180 - length),
    ]);
    expect(target.equals(expected)).toBe(true);
  });
});
