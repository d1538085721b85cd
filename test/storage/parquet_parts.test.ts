// The parts of reading Parquet on their own: runs, windows over a column chunk, floats, dates.
import fc from "fast-check";
import { ChunkBytes } from "../../storage/formats/parquet/chunk_bytes";
import { readRuns } from "../../storage/formats/parquet/runs";
import { dateText, timestampText } from "../../storage/formats/parquet/time_texts";
import { floatText } from "../../storage/json/number_text";
import { fileOf } from "./parquet_files";

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** Values as a run of one value, or packed; the packed ones are filled up with zeros to a multiple of eight. */
function encoded(values: readonly number[], width: number, isPacked: boolean): number[] {
  const bytes = (value: bigint, count: number): number[] =>
    Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  if (!isPacked) return [...varint(values.length * 2), ...bytes(BigInt(values[0]), Math.ceil(width / 8))];
  const groups = Math.ceil(values.length / 8);
  const packed = values.reduceRight((sum, value) => (sum << BigInt(width)) | BigInt(value), 0n);
  return [...varint(groups * 2 + 1), ...bytes(packed, groups * width)];
}

describe("runs", () => {
  const runs = fc.integer({ min: 1, max: 32 }).chain((width) => {
    const value = fc.integer({ min: 0, max: 2 ** width - 1 });
    const repeated = fc
      .tuple(value, fc.integer({ min: 1, max: 300 }))
      .map(([one, count]) => ({ values: Array.from({ length: count }, () => one), isPacked: false }));
    const packed = fc
      .array(fc.array(value, { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 20 })
      .map((groups) => ({ values: groups.flat(), isPacked: true }));
    return fc.record({ width: fc.constant(width), parts: fc.array(fc.oneof(repeated, packed)) });
  });

  it("give the values that were encoded, of any width", () => {
    fc.assert(
      fc.property(runs, ({ width, parts }) => {
        const values = parts.flatMap((part) => part.values);
        const bytes = Buffer.from(parts.flatMap((part) => encoded(part.values, width, part.isPacked)));
        const out = new Uint32Array(values.length);
        readRuns(
          Buffer.concat([Buffer.from([7]), bytes, Buffer.from([255])]),
          1,
          bytes.length + 1,
          width,
          out,
        );
        expect([...out]).toEqual(values);
        if (values.length === 0) return;
        const short = (): void => readRuns(bytes, 0, bytes.length, width, new Uint32Array(values.length + 1));
        expect(short).toThrow("end too early");
      }),
    );
  });

  it("regression: a damaged run of a billion values does not fill the memory", () => {
    const out = new Uint8Array(3);
    readRuns(Buffer.from([...varint(2 ** 31 - 2), 5]), 0, 6, 3, out);
    expect([...out]).toEqual([5, 5, 5]);
  });
});

describe("the window over a column chunk", () => {
  it("gives all bytes in order, whatever is asked for, and reads each once", async () => {
    const all = Buffer.from(Array.from({ length: 500 }, (_, i) => i % 251));
    const span = fc.tuple(fc.nat(500), fc.nat(500)).map((places) => places.sort((a, b) => a - b));
    const asked = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(span, fc.nat(60), fc.nat(60), asked, async ([start, end], held, window, sizes) => {
        const file = { ...fileOf(all), size: all.length };
        const from = Math.min(end, start + held);
        const bytes = new ChunkBytes(file, all.subarray(start, from), from, end, window);
        const seen: Buffer[] = [];
        for (let i = 0; bytes.left > 0; i++) {
          const size = sizes[i % sizes.length];
          const left = bytes.left;
          const next = await bytes.peek(size);
          expect(bytes.left).toBe(left);
          expect(next.length).toBeGreaterThanOrEqual(Math.min(size, left));
          const taken = Math.min(size, left);
          seen.push(next.subarray(0, taken));
          bytes.skip(taken);
        }
        expect(Buffer.concat(seen)).toEqual(all.subarray(start, end));
        expect(file.reads.map(([a]) => a)).toEqual(
          file.reads.map((_, i) => (i === 0 ? from : file.reads[i - 1][1])),
        );
      }),
    );
  });
});

describe("32-bit floats", () => {
  it("have texts that read back as the same float, of nine digits at most", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = floatText(value);
        expect(Math.fround(Number(text))).toBe(value);
        const digits = text.replace(/e.*|[-.]/g, "").replace(/^0+|0+$/g, "");
        expect(digits.length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 2000 },
    );
  });

  it("that were decimals of six digits are these again", () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -30, max: 30 }), (n, e) => {
        const value = Number(`${n}e${e}`);
        expect(floatText(Math.fround(value))).toBe(String(value));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("dates", () => {
  it("are those of JavaScript, where it has them", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        expect(dateText(days)).toBe(new Date(days * 86_400_000).toISOString().split("T")[0]);
      }),
      { numRuns: 2000 },
    );
  });

  it("have times to the last unit", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), (value) => {
        const milliseconds = Number(value >= 0n ? value / 1_000_000n : (value - 999_999n) / 1_000_000n);
        const rest = String(((value % 1_000_000n) + 1_000_000n) % 1_000_000n).padStart(6, "0");
        const expected = new Date(milliseconds).toISOString().replace("Z", `${rest}Z`);
        expect(timestampText(value, 1_000_000_000n, "Z")).toBe(`"${expected}"`);
      }),
    );
  });
});
