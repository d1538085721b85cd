// Objects put together out of others in Google Cloud Storage, against fake-gcs-server.
import fc from "fast-check";

import { FileAccessError } from "../../storage/errors";
import { GcsStore } from "../../storage/file_systems/gcs/gcs_store";
import type { ObjectStore, PreparedObject } from "../../storage/file_systems/object_store/object_store";
import type { Segment } from "../../storage/file_systems/staged_output";
import { FakeGcs } from "../servers/fake_gcs";

const BUCKET = "beam-predict-gcs-composing";
const ASIDE = "staging/";

let server: FakeGcs;
let store: ObjectStore;

beforeAll(async () => {
  server = await FakeGcs.start();
  await server.createBucket(BUCKET);
  store = GcsStore.open(BUCKET, { endpoint: server.endpoint });
});
afterAll(() => server.stop());
beforeEach(async () => {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  await store.remove(keys);
});

async function contentOf(key: string): Promise<Buffer> {
  const { size } = (await store.find(key))!;
  const chunks: Buffer[] = [];
  if (size > 0) for await (const chunk of store.read(key, 0, size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function staged(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(ASIDE)) keys.push(key);
  return keys;
}

const whole = (shard: string, content: string): Segment => ({
  shard,
  start: 0,
  end: Buffer.byteLength(content),
});

/** As a job does it that is ended between: what was prepared is stored as JSON. */
const stored = (prepared: PreparedObject): PreparedObject =>
  JSON.parse(JSON.stringify(prepared)) as PreparedObject;

async function putTogether(segments: readonly Segment[], owner = "job"): Promise<string> {
  const prepared = await store.prepare("final", segments, ASIDE, owner);
  await store.complete(stored(prepared));
  return (await contentOf("final")).toString();
}

test("nothing is to be seen of a prepared object, and all of it when it is completed", async () => {
  await store.put("shard", Buffer.from("content"));
  const prepared = await store.prepare("final", [whole("shard", "content")], ASIDE, "job-1");
  expect(await store.find("final")).toBeUndefined();
  await store.complete(stored(prepared));
  expect((await contentOf("final")).toString()).toBe("content");
  expect(await store.ownerOf("final")).toBe("job-1");
  expect(await staged()).toEqual([]);
  expect((await contentOf("shard")).toString()).toBe("content");
});

test("an object of no segments, or of empty ones, is empty", async () => {
  await store.put("empty", Buffer.alloc(0));
  expect(await putTogether([])).toBe("");
  expect(await store.ownerOf("final")).toBe("job");
  expect(await putTogether([Buffer.alloc(0), whole("empty", ""), Buffer.alloc(0)])).toBe("");
  expect(await staged()).toEqual([]);
});

test.each([1, 31, 32, 33, 40, 1025])("%i shards are one object, in order", async (count) => {
  const contents = Array.from({ length: Math.min(count, 40) }, (_, i) => `<shard ${i}>`);
  for (const [i, content] of contents.entries()) await store.put(`shards/${i}`, Buffer.from(content));
  const numbers = Array.from({ length: count }, (_, i) => i % contents.length);
  const segments = numbers.map((i) => whole(`shards/${i}`, contents[i]));
  expect(await putTogether(segments)).toBe(numbers.map((i) => contents[i]).join(""));
  expect(await staged()).toEqual([]);
});

test("whole shards, bytes and ranges are mixed", async () => {
  await store.put("a", Buffer.from("[head,1,2,3]"));
  await store.put("b", Buffer.from("4,5,6"));
  const segments: Segment[] = [
    Buffer.from("["),
    { shard: "a", start: 6, end: 11 },
    Buffer.from(","),
    whole("b", "4,5,6"),
    Buffer.from(","),
    whole("b", "4,5,6"),
    { shard: "a", start: 11, end: 12 },
  ];
  expect(await putTogether(segments)).toBe("[1,2,3,4,5,6,4,5,6]");
  expect(await staged()).toEqual([]);
});

test("completing twice does what once does", async () => {
  const prepared = stored(await store.prepare("final", [Buffer.from("content")], ASIDE, "job"));
  await store.complete(prepared);
  const { version } = (await store.find("final"))!;
  await store.complete(prepared);
  expect((await store.find("final"))!.version).toBe(version);
});

test("regression: what was prepared and is gone is not taken for complete since the same job owns what is there", async () => {
  await putTogether([Buffer.from("first attempt")]);
  const prepared = await store.prepare("final", [Buffer.from("second attempt")], ASIDE, "job");
  await store.remove(await staged());
  await expect(store.complete(prepared)).rejects.toThrow(FileAccessError);
  await expect(store.complete(prepared)).rejects.toThrow(
    /^Cannot write 'gs:\/\/beam-predict-gcs-composing\/final': what was prepared for it, 'staging\/prepared-.*', is gone/,
  );
});

test("an abandoned object leaves nothing, twice", async () => {
  await putTogether([Buffer.from("old")]);
  const prepared = stored(await store.prepare("final", [Buffer.from("new")], ASIDE, "other"));
  await store.abandon(prepared);
  await store.abandon(prepared);
  expect(await staged()).toEqual([]);
  expect((await contentOf("final")).toString()).toBe("old");
  expect(await store.ownerOf("final")).toBe("job");
});

test("a shard that is missing is named", async () => {
  const segments = [whole("not there", "content")];
  await expect(store.prepare("final", segments, ASIDE, "job")).rejects.toThrow(
    `Cannot read 'gs://${BUCKET}/not there': there is no such object`,
  );
});

test("any segments make the object that is their concatenation", async () => {
  const shards = ["", "x", "the second shard\n", "a third, longer one: ü 日本語 😀\n".repeat(50)];
  for (const [i, content] of shards.entries()) await store.put(`shard ${i}`, Buffer.from(content));
  const contents = shards.map((content) => Buffer.from(content));
  const range = fc
    .tuple(fc.nat(shards.length - 1), fc.nat(10_000), fc.nat(10_000))
    .map(([i, a, b]): Segment => {
      const ends = [a, b].map((at) => at % (contents[i].length + 1)).sort((x, y) => x - y);
      return { shard: `shard ${i}`, start: ends[0], end: ends[1] };
    });
  const segment: fc.Arbitrary<Segment> = fc.oneof(
    fc.nat(shards.length - 1).map((i) => whole(`shard ${i}`, shards[i])),
    fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
    range,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 50, size: "max" }), async (segments) => {
      const expected = segments.map((one) =>
        Buffer.isBuffer(one) ? one : contents[Number(one.shard.split(" ")[1])].subarray(one.start, one.end),
      );
      const prepared = await store.prepare("final", segments, ASIDE, "job");
      await store.complete(stored(prepared));
      expect((await contentOf("final")).equals(Buffer.concat(expected))).toBe(true);
      expect(await staged()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
