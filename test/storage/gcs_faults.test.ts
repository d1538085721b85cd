// Google Cloud Storage when connections break, replies get lost, and nobody answers.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { FileAccessError, StorageError } from "../../storage/errors";
import { GCS_LIMITS, GcsClient, type GcsLimits } from "../../storage/file_systems/gcs/gcs_client";
import { GcsStore } from "../../storage/file_systems/gcs/gcs_store";
import { resuming } from "../../storage/file_systems/object_store/resuming";
import { FakeGcs } from "../servers/fake_gcs";
import { GcsUploads } from "../servers/gcs_uploads";
import { FAULTS, FaultProxy } from "../servers/fault_proxy";

const BUCKET = "beam-predict-gcs-faults";
/** Large enough that a part of one is stored when its connection breaks. */
const CHUNK = 1024 * 1024;
const QUICK: Readonly<GcsLimits> = {
  ...GCS_LIMITS,
  backoffMs: 2,
  silenceMs: 2000,
  chunkBytes: CHUNK,
};

let server: FakeGcs;
let uploads: GcsUploads;
beforeAll(async () => {
  server = await FakeGcs.start();
  uploads = await GcsUploads.start(server.endpoint);
  await server.createBucket(BUCKET);
});
afterAll(async () => {
  await uploads.stop();
  await server.stop();
});

const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

function bytes(size: number): Buffer {
  const content = Buffer.alloc(size);
  for (let i = 0; i < size; i++) content[i] = (i * 31 + (i >>> 8) * 7) % 251;
  return content;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe.each([...FAULTS.map((fault) => ({ faults: [fault] })), { faults: [...FAULTS] }])(
  "a third of the requests fail: $faults",
  ({ faults }) => {
    test("and what is written, put together, listed and read is whole", async () => {
      const proxy = await FaultProxy.start(uploads.port, 0.33, 7, faults);
      try {
        const store = new GcsStore(BUCKET, new GcsClient(proxy.endpoint, QUICK));
        const folder = `${faults.join("-")}/`;
        const content = bytes(2_000_000);
        const writer = await store.create(`${folder}streamed`);
        for (let at = 0; at < content.length; at += 100_000)
          await writer.write(content.subarray(at, at + 100_000));
        await writer.close();
        const keys = [`${folder}streamed`];
        for (let i = 0; i < 40; i++) {
          keys.push(`${folder}shard-${i}`);
          await store.put(keys.at(-1)!, Buffer.from(`<${i}>`));
        }
        expect((await collect(store.list(folder))).map(({ key }) => key)).toEqual([...keys].sort());
        const prepared = await store.prepare(
          `${folder}final`,
          [
            ...keys.slice(1).map((shard, i) => ({ shard, start: 0, end: `<${i}>`.length })),
            Buffer.from("|"),
            { shard: keys[0], start: 10, end: 1_999_990 },
          ],
          `${folder}aside/`,
          "job",
        );
        await store.complete(prepared);
        await store.complete(prepared);
        expect(await store.ownerOf(`${folder}final`)).toBe("job");
        expect(await collect(store.list(`${folder}aside/`))).toEqual([]);
        const expected = Buffer.concat([
          Buffer.from(
            `${keys
              .slice(1)
              .map((_, i) => `<${i}>`)
              .join("")}|`,
          ),
          content.subarray(10, 1_999_990),
        ]);
        const { size, version } = (await store.find(`${folder}final`))!;
        expect(size).toBe(expected.length);
        const read = resuming("final", 0, size, (from) => store.read(`${folder}final`, from, size, version));
        expect(digest(Buffer.concat(await collect(read)))).toBe(digest(expected));
        await store.remove([...keys, `${folder}final`]);
        expect(await collect(store.list(folder))).toEqual([]);
        for (const fault of faults) expect(proxy.happened[fault]).toBeGreaterThan(0);
      } finally {
        await proxy.stop();
      }
    });
  },
);

test("an upload goes on where it was, whatever happens to every other request", async () => {
  const proxy = await FaultProxy.start(uploads.port, 0.5, 3);
  try {
    const store = new GcsStore(BUCKET, new GcsClient(proxy.endpoint, QUICK));
    const content = bytes(16 * CHUNK + 12_345);
    const writer = await store.create("resumed");
    await writer.write(content);
    await writer.close();
    const direct = new GcsStore(BUCKET, new GcsClient(server.endpoint));
    expect(digest(Buffer.concat(await collect(direct.read("resumed", 0, content.length))))).toBe(
      digest(content),
    );
    expect((await direct.find("resumed"))!.size).toBe(content.length);
    // Else nothing was resumed.
    expect(uploads.partlyStored).toBeGreaterThan(0);
  } finally {
    await proxy.stop();
  }
});

test("a read that breaks is no refusal: it may be taken up where it was", async () => {
  const store = new GcsStore(BUCKET, new GcsClient(server.endpoint, QUICK));
  await store.put("breaking", bytes(500_000));
  const proxy = await FaultProxy.start(uploads.port, 1, 1, ["reset"]);
  try {
    const broken = new GcsStore(BUCKET, new GcsClient(proxy.endpoint, QUICK));
    const error = await collect(broken.read("breaking", 0, 500_000)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StorageError);
  } finally {
    await proxy.stop();
  }
});

describe("a server that", () => {
  let raw: Server;
  const sockets = new Set<Socket>();
  /** A store whose server does with each connection's request what `answer` does. */
  async function storeAt(
    answer: (socket: Socket) => void,
    limits: Partial<GcsLimits> = {},
  ): Promise<GcsStore> {
    raw = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("data", () => answer(socket));
    }).listen(0, "127.0.0.1");
    await once(raw, "listening");
    const endpoint = `http://127.0.0.1:${(raw.address() as AddressInfo).port}`;
    return new GcsStore(BUCKET, new GcsClient(endpoint, { ...QUICK, retries: 2, silenceMs: 200, ...limits }));
  }
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    raw.close();
  });

  test("never answers is given up", async () => {
    const store = await storeAt(() => undefined);
    const finding = store.find("key");
    await expect(finding).rejects.toThrow(FileAccessError);
    await expect(finding).rejects.toThrow(
      /^Cannot read 'gs:\/\/beam-predict-gcs-faults\/key': http:\/\/127.0.0.1:\d+ has sent nothing for 0.2 s$/,
    );
    await expect(collect(store.list("key"))).rejects.toThrow(FileAccessError);
    await expect(store.create("key").then((writer) => writer.close())).rejects.toThrow(FileAccessError);
    await expect(store.put("key", Buffer.from("x"))).rejects.toThrow(FileAccessError);
  });

  const HEAD = "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-99/100\r\ncontent-length: 100\r\n\r\n";

  test("falls silent half way in a body is given up, and may be asked again", async () => {
    const store = await storeAt((socket) => socket.write(`${HEAD}0123456789`));
    const error = await collect(store.read("key", 0, 100)).catch((error: unknown) => error);
    expect(String(error)).toMatch(/has sent nothing for 0.2 s/);
    expect(error).not.toBeInstanceOf(StorageError);
  });

  test.each([
    ["ends a body too early", `${HEAD}0123456789`, /broke/],
    [
      "sends less than was asked for",
      "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-4/100\r\ncontent-length: 5\r\n\r\n01234",
      /ended 95 bytes early/,
    ],
    [
      "sends another range",
      "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 50-149/200\r\ncontent-length: 5\r\n\r\n01234",
      /other bytes/,
    ],
  ])("%s is noticed", async (_, answer, message) => {
    const store = await storeAt((socket) => socket.end(answer));
    const error = await collect(store.read("key", 0, 100)).catch((error: unknown) => error);
    expect(String(error)).toMatch(message);
    expect(error).not.toBeInstanceOf(StorageError);
  });

  test("answers a range that starts later with the whole object is not believed", async () => {
    const store = await storeAt((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n01234"));
    await expect(collect(store.read("key", 2, 5))).rejects.toThrow("other bytes");
  });

  test("regression: a reader that takes its time is no silent server", async () => {
    const size = 20_000_000;
    const head = `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-1/2\r\ncontent-length: ${size}\r\n\r\n`;
    const store = await storeAt((socket) => {
      socket.write(head);
      socket.end(Buffer.alloc(size));
    });
    let read = 0;
    for await (const chunk of store.read("key", 0, size)) {
      if (read === 0) await new Promise((resolve) => setTimeout(resolve, 700));
      read += chunk.length;
    }
    expect(read).toBe(size);
  });

  test("stores something else than was sent is told on", async () => {
    const store = await storeAt((socket) => {
      socket.end(
        `HTTP/1.1 200 OK\r\nlocation: /upload/session\r\nconnection: close\r\ncontent-length: 66\r\n\r\n${JSON.stringify(
          {
            size: "3",
            md5Hash: createHash("md5").update("xyz").digest("base64"),
          },
        ).padEnd(66)}`,
      );
    });
    const writer = await store.create("key");
    await writer.write(Buffer.from("abc"));
    await expect(writer.close()).rejects.toThrow("what is stored is not what was sent");
  });
});

test("a failing upload rejects what is written next, and close, and nothing else", async () => {
  const store = new GcsStore(BUCKET, new GcsClient(server.endpoint, { ...QUICK, retries: 1 }));
  const proxy = await FaultProxy.start(uploads.port, 0);
  const through = new GcsStore(
    BUCKET,
    new GcsClient(proxy.endpoint, { ...QUICK, retriesWhenNobodyThere: 1 }),
  );
  const writer = await through.create("failing");
  await proxy.stop();
  const chunk = Buffer.alloc(CHUNK + 1);
  // The first is on its way when `write` returns: nobody waits for it, and it may not end the process.
  await writer.write(chunk);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await expect(writer.write(chunk)).rejects.toThrow(`Cannot write 'gs://${BUCKET}/failing'`);
  await expect(writer.close()).rejects.toThrow("does not answer");
  expect(await store.find("failing")).toBeUndefined();
});
