// Reading behind a range: as little as the last record needs, in requests that grow.
import fc from "fast-check";
import { jsonLinesInput } from "../../../storage/formats/json_lines";
import { readWithOverrun } from "../../../storage/formats/overrun";
import { MemoryFile } from "./memory_file";
import { read } from "./reading";

const KB = 1 << 10;
const MB = 1 << 20;

async function taken(file: MemoryFile, start: number, end: number, enough: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readWithOverrun(file, start, end)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= enough) break;
  }
  return Buffer.concat(chunks);
}

const numbered = (size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 7) ^ (i >> 8);
  return bytes;
};

describe("a range and what follows", () => {
  it("are the bytes of the file from its start, to its end when nobody stops", async () => {
    const bytes = numbered(200 * KB);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length),
        fc.nat(bytes.length + 10),
        fc.constantFrom(10 * KB, 64 * KB, Infinity),
        async (start, length, chunk) => {
          const file = new MemoryFile(bytes, chunk);
          const found = await taken(file, start, start + length, Infinity);
          expect(found.equals(bytes.subarray(start))).toBe(true);
          expect(file.open).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("are the whole of a file whose size is not known, and nothing behind it", async () => {
    const bytes = numbered(200 * KB);
    const file = new MemoryFile(bytes, 64 * KB, false);
    expect((await taken(file, 0, Number.MAX_SAFE_INTEGER, Infinity)).equals(bytes)).toBe(true);
    expect(file.requests).toHaveLength(1);
  });

  it("are fetched in requests of 64 KiB, 1 MiB, and 16 MiB as often as needed", async () => {
    const size = 40 * MB;
    const file = new MemoryFile(Buffer.alloc(size), MB);
    expect((await taken(file, 10, 20, Infinity)).length).toBe(size - 10);
    const ends = [
      10,
      20,
      20 + 64 * KB,
      20 + 64 * KB + MB,
      20 + 64 * KB + 17 * MB,
      20 + 64 * KB + 33 * MB,
      size,
    ];
    expect(file.requests).toEqual(ends.slice(1).map((end, i) => [ends[i], end]));
  });

  it("are not fetched further than they are asked for", async () => {
    const file = new MemoryFile(Buffer.alloc(MB), 10);
    await taken(file, 0, 100, 100);
    expect(file.requests).toEqual([[0, 100]]);
    expect(file.fetched).toBe(100);
  });

  it("do not go behind a file whose size is known", async () => {
    const file = new MemoryFile(Buffer.alloc(100));
    await taken(file, 0, 100, Infinity);
    await taken(file, 0, Infinity, Infinity);
    expect(file.requests).toEqual([
      [0, 100],
      [0, Infinity],
    ]);
  });
});

describe("the bytes fetched for a range of lines", () => {
  it("are its own, one before, and of what follows no more than a request that the last line needs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 300 * KB }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom(4 * KB, 64 * KB),
        async (lengths, a, b, chunk) => {
          const bytes = Buffer.concat(lengths.map((length) => Buffer.from(`${"1".repeat(length)}\n`)));
          const [start, end] = [a % bytes.length, b % (bytes.length + 1)].sort((x, y) => x - y);
          const file = new MemoryFile(bytes, chunk);
          await read(jsonLinesInput, file, {}, { start, end });
          const lastEnd = bytes.indexOf(0x0a, Math.max(0, end - 1)) + 1;
          const rest = Math.max(0, lastEnd - end);
          // A chunk is fetched whole; a stream is given up behind it.
          expect(file.fetched).toBeLessThanOrEqual(end - start + 1 + rest + chunk);
          const asked = file.requests.reduce((sum, [from, to]) => sum + to - from, 0);
          expect(asked).toBeLessThanOrEqual(end - start + 1 + (rest === 0 ? 0 : 64 * KB + 17 * rest));
        },
      ),
      { numRuns: 100 },
    );
  });
});
