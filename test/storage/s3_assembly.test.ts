// Objects of S3 that are put together out of others: prepared, completed in one step or abandoned.
import fc from "fast-check";
import { FileAccessError } from "../../storage/errors";
import { Bucket } from "../../storage/file_systems/s3/bucket";
import { pageOfUploads } from "../../storage/file_systems/s3/listing";
import { planParts, sizeOf } from "../../storage/file_systems/s3/part_plan";
import type { S3Store } from "../../storage/file_systems/s3/s3_store";
import type { Segment } from "../../storage/file_systems/staged_output";
import { bytes, collect, contentOf, s3 } from "./s3_testing";

const { bucket, server } = s3();
const MIB = 1024 * 1024;
const SHARDS = { small: bytes(1000, 2), middle: bytes(7_000_000, 3), large: bytes(20_000_000, 4) };

/** A new bucket with the shards in it. */
async function withShards(): Promise<S3Store> {
  const store = await bucket(2);
  for (const [name, content] of Object.entries(SHARDS)) await store.put(`staging/${name}`, content);
  return store;
}

/** All of a shard, or some of it. */
function of(name: keyof typeof SHARDS, start = 0, end = SHARDS[name].length): Segment {
  return { shard: `staging/${name}`, start, end };
}

function expected(segments: readonly Segment[]): Buffer {
  return Buffer.concat(
    segments.map((segment) =>
      Buffer.isBuffer(segment)
        ? segment
        : SHARDS[segment.shard.slice("staging/".length) as keyof typeof SHARDS].subarray(
            segment.start,
            segment.end,
          ),
    ),
  );
}

const text = Buffer.from("between\n");

it.each<[string, Segment[]]>([
  ["nothing", []],
  ["nothing but emptiness", [Buffer.alloc(0), of("small", 5, 5)]],
  ["a buffer", [text]],
  ["a large buffer", [bytes(20_000_000)]],
  ["a small range", [of("small", 3, 999)]],
  ["a large range", [of("large")]],
  [
    "small and large ones, with buffers between",
    [text, of("small"), text, of("large", 1), text, of("middle"), of("large")],
  ],
  ["many small ones", Array.from({ length: 50 }, (_, i) => of("small", i, 900 + i))],
])("an object of %s is there when it is completed, and not before", async (_, segments) => {
  const store = await withShards();
  const prepared = await store.prepare("out", segments, "staging/", "job 1 ü");
  expect(await store.find("out")).toBeUndefined();
  expect(await store.ownerOf("out")).toBeUndefined();
  // Another process completes it.
  await store.complete(JSON.parse(JSON.stringify(prepared)) as typeof prepared);
  expect((await contentOf(store, "out")).equals(expected(segments))).toBe(true);
  expect(await store.ownerOf("out")).toBe("job 1 ü");
  await store.complete(prepared);
  expect((await contentOf(store, "out")).equals(expected(segments))).toBe(true);
});

it("random segments make their concatenation", async () => {
  const store = await withShards();
  const names = Object.keys(SHARDS) as (keyof typeof SHARDS)[];
  const range = fc.tuple(fc.constantFrom(...names), fc.nat(1000), fc.nat(1000)).map(([name, a, b]) => {
    const at = (part: number): number => Math.floor((SHARDS[name].length * part) / 1000);
    return of(name, at(Math.min(a, b)), at(Math.max(a, b)));
  });
  const segment = fc.oneof(
    range,
    fc.nat(3000).map((length) => bytes(length, length)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 6 }), async (segments) => {
      await store.complete(await store.prepare("out", segments, "staging/", "me"));
      expect((await contentOf(store, "out")).equals(expected(segments))).toBe(true);
    }),
    { numRuns: 10 },
  );
});

it("a plan keeps the bytes in order, each part but the last large enough and none too large, and has 10,000 parts at most", () => {
  const GIB = 1024 * MIB;
  const size = fc.oneof(fc.nat(100), fc.nat(10 * MIB), fc.nat(2 * GIB), fc.nat(20 * GIB), fc.nat(1024 * GIB));
  const range = fc.record({ shard: fc.constantFrom("a", "b"), start: fc.nat(1000), size });
  const segments = fc.array(
    fc.oneof(
      range.map(({ shard, start, size }) => ({ shard, start, end: start + size })),
      fc.nat(20).map((length) => Buffer.alloc(length)),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(segments, (segments) => {
      fc.pre(sum(segments) <= 5 * 1024 * GIB);
      const parts = planParts(segments);
      expect(parts.length).toBeLessThanOrEqual(10_000);
      const planned = parts.flatMap((part) => ("copy" in part ? [part.copy] : part.pieces));
      expect(joined(planned)).toEqual(joined(segments));
      const sizes = parts.map((part) => ("copy" in part ? sizeOf(part.copy) : part.size));
      expect(sizes).toEqual(parts.map((part) => ("copy" in part ? sizeOf(part.copy) : sum(part.pieces))));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * GIB);
      const large = sizes.filter((_, i) => i < parts.length - 1 || "copy" in parts[i]);
      expect(Math.min(...large)).toBeGreaterThan(5 * MIB);
    }),
    { numRuns: 100 },
  );
});

it("a plan of very many middling shards has 10,000 parts at most", () => {
  const segments = Array.from({ length: 30_000 }, (_, i) => ({ shard: `${i}`, start: 0, end: 7 * MIB }));
  const parts = planParts(segments);
  expect(parts.length).toBeLessThanOrEqual(10_000);
  expect(joined(parts.flatMap((part) => ("copy" in part ? [part.copy] : part.pieces)))).toEqual(
    joined(segments),
  );
});

function sum(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
}

/** Segments without empty ones, those that follow on each other as one. */
function joined(segments: readonly Segment[]): Segment[] {
  const all: Segment[] = [];
  for (const segment of segments) {
    const last = all.at(-1);
    if (sizeOf(segment) === 0) continue;
    if (Buffer.isBuffer(segment)) {
      if (Buffer.isBuffer(last)) all[all.length - 1] = Buffer.concat([last, segment]);
      else all.push(segment);
    } else if (last && !Buffer.isBuffer(last) && last.shard === segment.shard && last.end === segment.start)
      all[all.length - 1] = { ...last, end: segment.end };
    else all.push(segment);
  }
  return all;
}

describe("an abandoned object", () => {
  it("is never there, and abandoning it again does no harm", async () => {
    const store = await withShards();
    const prepared = await store.prepare("out", [of("large"), text], "staging/", "me");
    await store.abandon(prepared);
    await store.abandon(prepared);
    await expect(store.complete(prepared)).rejects.toThrow(FileAccessError);
    await expect(store.complete(prepared)).rejects.toThrow(/its upload is gone/);
    expect(await store.find("out")).toBeUndefined();
  });

  it("that was completed stays", async () => {
    const store = await withShards();
    const prepared = await store.prepare("out", [text], "staging/", "me");
    await store.complete(prepared);
    await store.abandon(prepared);
    expect(await contentOf(store, "out")).toEqual(text);
  });
});

it("uploads under a prefix are abandoned, of prepared objects and of writers, and no others", async () => {
  const store = await withShards();
  const gone = [];
  for (const key of ["jobs/1/a", "jobs/1/a", "jobs/1/b c", "jobs/1/d", "jobs/1/é"])
    gone.push(await store.prepare(key, [text], "staging/", "me"));
  const kept = await store.prepare("jobs/2/a", [text], "staging/", "me");
  const writer = await store.create("jobs/1/shard");
  await writer.write(bytes(20_000_000));
  await store.abandonUploads("jobs/1/");
  await store.abandonUploads("jobs/1/");
  for (const prepared of gone) await expect(store.complete(prepared)).rejects.toThrow(/its upload is gone/);
  await expect(writer.close()).rejects.toThrow(FileAccessError);
  await store.complete(kept);
  expect((await collect(store.list("jobs/"))).map(({ key }) => key)).toEqual(["jobs/2/a"]);
});

it("uploads of prepared objects are abandoned by their staging prefix, and no others at the same keys", async () => {
  const store = await withShards();
  const gone = [
    await store.prepare("out", [text], ".out.1.tmp/", "1"),
    await store.prepare("b", [], ".out.1.tmp/", "1"),
  ];
  const kept = await store.prepare("out", [text], ".out.2.tmp/", "2");
  await store.abandonUploads(".out.1.tmp/");
  await store.abandonUploads(".out.1.tmp/");
  for (const prepared of gone) await expect(store.complete(prepared)).rejects.toThrow(/its upload is gone/);
  expect((await collect(store.uploads(""))).map(({ key }) => key)).toEqual(["out"]);
  await store.complete(kept);
  expect(await contentOf(store, "out")).toEqual(text);
});

it("an object of a shard that is missing is refused, and no upload is left", async () => {
  const store = await withShards();
  for (const end of [1000, 20_000_000]) {
    const segments = [of("large"), { shard: "staging/none", start: 0, end }];
    await expect(store.prepare("out", segments, "staging/", "me")).rejects.toThrow(/there is no such object/);
  }
  const uploads = await pageOfUploads(new Bucket(store.bucket, { endpoint: server().endpoint }), "");
  expect(uploads).toEqual({ uploads: [], next: undefined });
});
