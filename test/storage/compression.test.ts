// Compressed files: what is written is read again, what other programs wrote too, with bounded memory.
import { createGzip } from "node:zlib";
import { pipeline, Readable } from "node:stream";
import fc from "fast-check";
import {
  COMPRESSION_EXTENSIONS,
  compressionOf,
  decompress,
  withoutCompression,
  type Compression,
} from "../../storage/formats/compression";
import { CONTENT, FILES } from "./compressed_files";
import { contentOf, cut, fileOf } from "./compressing";

const compressions = ["gzip", "zstd"] as const;

it.each<[path: string, compression: Compression | undefined, without: string]>([
  ["a.jsonl.gz", "gzip", "a.jsonl"],
  ["s3://b/a.csv.GZ", "gzip", "s3://b/a.csv"],
  ["a.gzip", "gzip", "a"],
  ["a.b.zst", "zstd", "a.b"],
  ["a.zstd", "zstd", "a"],
  ["a.gz.zst", "zstd", "a.gz"],
  ["a.csv", undefined, "a.csv"],
  ["a.gz/b.csv", undefined, "a.gz/b.csv"],
  ["gz", undefined, "gz"],
  ["agz", undefined, "agz"],
])("%s is compressed by %s", (path, compression, without) => {
  expect(compressionOf(path)).toBe(compression);
  expect(withoutCompression(path)).toBe(without);
});

it("has an extension for each compression, by which it is known", () => {
  for (const compression of compressions) {
    expect(compressionOf(`a${COMPRESSION_EXTENSIONS[compression]}`)).toBe(compression);
  }
});

describe.each(FILES)("a file made by %s", (_, compression, base64) => {
  const file = Buffer.from(base64, "base64");

  it.each([[1 << 16], [1], [7, 100]])("is read in chunks of %i", async (...sizes) => {
    expect((await contentOf(compression, file, sizes)).equals(CONTENT)).toBe(true);
  });
});

describe.each(compressions)("%s", (compression) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
  const block = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc.tuple(fc.uint8Array({ maxLength: 50 }), fc.nat(2000)).map(([unit, times]) => {
      return Buffer.concat(Array.from({ length: times }, () => unit));
    }),
  );

  it("gives back what it was given, in whatever blocks and chunks, of files put together too", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(block), { minLength: 1, maxLength: 3 }),
        sizes,
        async (files, sizes) => {
          const whole = Buffer.concat(await Promise.all(files.map((blocks) => fileOf(compression, blocks))));
          expect((await contentOf(compression, whole, sizes)).equals(Buffer.concat(files.flat()))).toBe(true);
        },
      ),
    );
  });

  it("gives back text of every kind and size", async () => {
    for (const size of [
      1,
      31,
      32,
      33,
      1 << 10,
      (1 << 17) - 1,
      1 << 17,
      (1 << 17) + 1,
      (1 << 20) + 1,
      3_333_333,
    ]) {
      const text = Buffer.alloc(size);
      let random = size;
      for (let i = 0; i < size; i++) {
        random = (Math.imul(random, 1103515245) + 12345) >>> 0;
        // Skewed letters, with runs and repeats, as text has them.
        text[i] = random % 11 === 0 && i > 2000 ? text[i - 1 - (random % 2000)] : 97 + Math.clz32(random);
      }
      expect((await contentOf(compression, await fileOf(compression, [text]), [60_000])).equals(text)).toBe(
        true,
      );
    }
  });

  it("passes over empty chunks", async () => {
    const file = await fileOf(compression, [CONTENT]);
    expect((await contentOf(compression, file, [0, 1000, 0, 0])).equals(CONTENT)).toBe(true);
  });

  it("reads thousands of members of nothing", async () => {
    const empty = await fileOf(compression, []);
    const many = Buffer.concat([
      ...Array.from({ length: 20_000 }, () => empty),
      await fileOf(compression, [CONTENT]),
    ]);
    expect((await contentOf(compression, many, [many.length])).equals(CONTENT)).toBe(true);
  });

  it("reads 500 MB in little memory, no further ahead than it has to", async () => {
    const content = Buffer.concat(Array.from({ length: 3 }, () => CONTENT));
    const member = await fileOf(compression, [content]);
    const times = Math.ceil(500e6 / content.length);
    let given = 0;
    async function* members(): AsyncGenerator<Buffer> {
      while (given < times) {
        given++;
        yield member;
      }
    }
    let size = 0;
    const before = process.memoryUsage().rss;
    let most = before;
    for await (const chunk of decompress(members(), compression, "file")) {
      size += chunk.length;
      expect(given - size / content.length).toBeLessThan(3);
      if (size % 64 === 0) most = Math.max(most, process.memoryUsage().rss);
    }
    expect(size).toBe(times * content.length);
    expect(most - before).toBeLessThan(150e6);
  });

  it("closes its source when its reader stops early", async () => {
    const file = Buffer.concat(
      Array.from({ length: 50 }, () => Buffer.from(FILES.find(([, c]) => c === compression)![2], "base64")),
    );
    let given = 0;
    let isClosed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        for await (const chunk of cut(file, [500])) {
          given += chunk.length;
          yield chunk;
        }
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 5));
        isClosed = true;
      }
    }
    const reader = decompress(source(), compression, "file");
    await reader.next();
    await reader.return(undefined);
    expect(isClosed).toBe(true);
    expect(given).toBeLessThan(file.length);
  });

  it("passes its source's error on as it is", async () => {
    const file = await fileOf(compression, [CONTENT]);
    const error = new Error("the network is down");
    async function* source(): AsyncGenerator<Buffer> {
      yield file.subarray(0, 300);
      throw error;
    }
    const reading = (async () => {
      for await (const chunk of decompress(source(), compression, "file"))
        expect(chunk.length).toBeGreaterThan(0);
    })();
    await expect(reading).rejects.toBe(error);
  });
});

it("reads a gzip member a thousand times its size in little memory", async () => {
  const zeros = Buffer.alloc(1 << 20);
  const times = 300;
  const source = pipeline(Readable.from(Array.from({ length: times }, () => zeros)), createGzip(), () => {});
  const parts: Buffer[] = [];
  for await (const chunk of source) parts.push(chunk as Buffer);
  const file = Buffer.concat(parts);
  const before = process.memoryUsage().rss;
  let size = 0;
  let most = before;
  for await (const chunk of decompress(cut(file, [file.length]), "gzip", "file")) {
    size += chunk.length;
    most = Math.max(most, process.memoryUsage().rss);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(size).toBe(times * zeros.length);
  expect(most - before).toBeLessThan(100e6);
});
