// S3 through a network that fails: what is tried again, what is told, and that nothing is lost or done twice.
import http from "node:http";
import { once } from "node:events";
import { FileAccessError, StorageError } from "../../storage/errors";
import { chunks } from "../../storage/file_systems/s3/body";
import { S3Store } from "../../storage/file_systems/s3/s3_store";
import { FaultyProxy, type Fault, type ProxiedRequest } from "../servers/scripted_proxy";
import { bytes, collect, contentOf, s3 } from "./s3_testing";

const { bucket, server } = s3();
let proxy: FaultyProxy;

beforeEach(async () => {
  proxy = await FaultyProxy.start(server().endpoint);
});
afterEach(() => proxy.stop());

/** A bucket behind the proxy. */
async function behindProxy(): Promise<S3Store> {
  const { bucket: name } = await bucket();
  return S3Store.open(name, { endpoint: proxy.endpoint });
}

/** Does something to the first requests that fit. */
function fail(times: number, fits: (request: ProxiedRequest) => boolean, fault: Fault): void {
  proxy.fault = (request) => (fits(request) && times-- > 0 ? fault : undefined);
}

const isComplete = ({ method, url }: ProxiedRequest): boolean =>
  method === "POST" && url.includes("uploadId=");
const SLOW_DOWN = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
const INTERNAL =
  "<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>";

it.each<[string, Fault]>([
  ["that is busy", { status: 503, body: SLOW_DOWN }],
  ["that fails", { status: 500, body: INTERNAL }],
  ["behind a gateway that fails", { status: 502, body: "<html>Bad Gateway</html>" }],
  ["whose replies are lost", "lost reply"],
])("each call to a store %s is tried again", async (_, fault) => {
  const store = await behindProxy();
  const large = bytes(9_000_000);
  const faulty = async <T>(step: () => Promise<T>): Promise<T> => {
    fail(1, () => true, fault);
    return step();
  };
  await faulty(() => store.put("small", Buffer.from("x")));
  await faulty(async () => {
    const writer = await store.create("large");
    await writer.write(large);
    await writer.close();
  });
  const segments = [Buffer.from("a"), { shard: "large", start: 0, end: large.length }];
  const prepared = await faulty(() => store.prepare("out", segments, "staging/", "me"));
  await faulty(() => store.complete(prepared));
  expect((await faulty(() => contentOf(store, "out"))).equals(Buffer.concat([Buffer.from("a"), large]))).toBe(
    true,
  );
  expect(await faulty(() => store.ownerOf("out"))).toBe("me");
  await faulty(async () => store.abandon(await store.prepare("out", [], "staging/", "you")));
  await faulty(() => store.remove(["small"]));
  await faulty(() => store.abandonUploads(""));
  const keys = (await faulty(() => collect(store.list("")))).map(({ key }) => key);
  expect(keys.filter((key) => !key.startsWith("staging/"))).toEqual(["large", "out"]);
});

it("a store that keeps failing is told of", async () => {
  process.env.AWS_MAX_ATTEMPTS = "3";
  const store = await behindProxy();
  proxy.fault = () => ({ status: 503, body: SLOW_DOWN });
  await expect(store.put("a", Buffer.from("x"))).rejects.toThrow(
    /^Cannot write 's3:\/\/bucket-\d+\/a': the store failed 3 times \(HTTP 503 SlowDown\)$/,
  );
  expect(proxy.requests).toHaveLength(3);
  const reading = collect(store.read("a", 0, 1));
  await expect(reading).rejects.toThrow("the store failed 3 times");
  await expect(reading).rejects.not.toBeInstanceOf(StorageError);
});

it("a call that is refused is not tried again", async () => {
  const store = await behindProxy();
  await expect(collect(store.read("none", 0, 1))).rejects.toThrow(FileAccessError);
  expect(proxy.requests).toHaveLength(1);
});

describe("completing", () => {
  it("that fails in the body of a good reply is tried again", async () => {
    const store = await behindProxy();
    const prepared = await store.prepare("out", [Buffer.from("a")], "staging/", "me");
    fail(1, isComplete, { status: 200, body: `<?xml version="1.0"?>\n  ${INTERNAL}` });
    await store.complete(prepared);
    expect(await contentOf(store, "out")).toEqual(Buffer.from("a"));
  });

  // What AWS says when an earlier try succeeded; versitygw answers that one again.
  const GONE: Fault = {
    status: 404,
    body: "<Error><Code>NoSuchUpload</Code><Message>Gone.</Message></Error>",
  };

  it("an upload that is gone counts as done when the object is that upload's", async () => {
    const store = await behindProxy();
    const prepared = await store.prepare("out", [Buffer.from("a")], "staging/", "me");
    await store.complete(prepared);
    fail(1, isComplete, GONE);
    await store.complete(prepared);
  });

  it("an upload that is gone is an error when the object is another's, of the same owner and content even", async () => {
    const store = await behindProxy();
    const prepared = await store.prepare("out", [Buffer.from("a")], "staging/", "me");
    fail(1, isComplete, GONE);
    await expect(store.complete(prepared)).rejects.toThrow(/its upload is gone/);
    await store.complete(await store.prepare("out", [Buffer.from("a")], "staging/", "me"));
    fail(1, isComplete, GONE);
    await expect(store.complete(prepared)).rejects.toThrow(/its upload is gone/);
  });
});

describe("a body", () => {
  it("that breaks off is an error that allows another try, and what came before it is given", async () => {
    const store = await behindProxy();
    const content = bytes(3_000_000);
    await store.put("a", content);
    fail(1, ({ method }) => method === "GET", { after: 1_000_000, then: "close" });
    const received: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of store.read("a", 500_000, 3_000_000)) received.push(chunk);
    })();
    await expect(reading).rejects.toThrow(/^the connection broke after 1000000 of 2500000 bytes/);
    await expect(reading).rejects.not.toBeInstanceOf(StorageError);
    expect(Buffer.concat(received).equals(content.subarray(500_000, 1_500_000))).toBe(true);
  });

  it("that breaks off while an object is put together is read on", async () => {
    const store = await behindProxy();
    const content = bytes(3_000_000);
    await store.put("a", content);
    fail(3, ({ method }) => method === "GET", { after: 700_000, then: "close" });
    await store.complete(
      await store.prepare("out", [{ shard: "a", start: 100, end: 2_999_900 }], "staging/", "me"),
    );
    expect((await contentOf(store, "out")).equals(content.subarray(100, 2_999_900))).toBe(true);
  });

  it("that is whole, of a store that knows no ranges, is taken where the whole is asked for", async () => {
    const store = await behindProxy();
    proxy.fault = () => ({ status: 200, headers: { "content-length": "3" }, body: "abc" });
    expect(Buffer.concat(await collect(store.read("a", 0, 3))).toString()).toBe("abc");
    await expect(collect(store.read("a", 1, 3))).rejects.toThrow(
      /asked for bytes 1-2, the store gave bytes 0-2$/,
    );
  });

  /** A reply of so many bytes, by a server that then says nothing more. */
  async function reply(
    length: number,
    sent: number,
  ): Promise<{ body: http.IncomingMessage; stop: () => void }> {
    const server = http.createServer((_, response) => {
      response.writeHead(200, { "content-length": length }).write(Buffer.alloc(sent));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const request = http.get({ port: (server.address() as { port: number }).port, host: "127.0.0.1" });
    // As the SDK does: a body that is given up is an error of its request too.
    request.on("error", () => {});
    const [body] = (await once(request, "response")) as [http.IncomingMessage];
    return { body, stop: () => (server.closeAllConnections(), server.close()) };
  }

  it("that stalls is an error", async () => {
    const { body, stop } = await reply(100, 10);
    await expect(collect(chunks(body, 100, 50))).rejects.toThrow(
      /^the connection broke after 10 of 100 bytes \(no byte came/,
    );
    stop();
  });

  it("may be read slowly", async () => {
    const { body, stop } = await reply(1_000_000, 1_000_000);
    let received = 0;
    for await (const chunk of chunks(body, 1_000_000, 50)) {
      if (received === 0) await new Promise((resolve) => setTimeout(resolve, 200));
      received += chunk.length;
    }
    expect(received).toBe(1_000_000);
    stop();
  });

  it.each([
    [99, 100],
    [101, 100],
  ])("of %i bytes instead of %i is an error", async (given, asked) => {
    const { body, stop } = await reply(given, given);
    await expect(collect(chunks(body, asked))).rejects.toThrow(/bytes of 100$/);
    stop();
  });
});

it("regression: objects are removed at stores that know no newer checksum than Content-MD5", async () => {
  const store = await behindProxy();
  await store.put("a", Buffer.from("x"));
  await store.remove(["a"]);
  expect(proxy.requests.at(-1)).toMatchObject({
    method: "POST",
    headers: { "content-md5": expect.any(String) as string },
  });
  expect(await store.find("a")).toBeUndefined();
});

it("keys that could not be removed are told of", async () => {
  const store = await behindProxy();
  const failed = (key: string): string =>
    `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>No.</Message></Error>`;
  fail(1, () => true, { status: 200, body: `<DeleteResult>${failed("b")}${failed("c")}</DeleteResult>` });
  await expect(store.remove(["a", "b", "c"])).rejects.toThrow(
    /^Cannot remove 's3:\/\/bucket-\d+\/b': access denied: the credentials in use do not allow it \(and 1 more\)$/,
  );
});

it("a bucket in another region is called there, where a redirect says so", async () => {
  const store = await behindProxy();
  await store.put("a", Buffer.from("x"));
  const PERMANENT = "<Error><Code>PermanentRedirect</Code><Message>Elsewhere.</Message></Error>";
  const elsewhere = S3Store.open(store.bucket, { endpoint: proxy.endpoint, region: "eu-west-1" });
  proxy.fault = ({ headers }) =>
    headers.authorization?.includes("/eu-west-1/")
      ? { status: 301, headers: { "x-amz-bucket-region": "us-east-1" }, body: PERMANENT }
      : undefined;
  expect(await elsewhere.find("a")).toMatchObject({ size: 1 });
  const asked = proxy.requests.length;
  expect(await elsewhere.find("a")).toMatchObject({ size: 1 });
  expect(proxy.requests).toHaveLength(asked + 1);
});

it("keys that a store encodes are decoded", async () => {
  const store = await behindProxy();
  const key = (key: string): string => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;
  const keys = ["a+b%2Bc%252B", "%C3%BC/new%0Aline"].map(key).join("");
  fail(1, () => true, {
    status: 200,
    body: `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${keys}</ListBucketResult>`,
  });
  expect((await collect(store.list(""))).map(({ key }) => key)).toEqual(["a b+c%2B", "ü/new\nline"]);
});

it("a writer whose part is refused fails, and gives its upload up", async () => {
  process.env.AWS_MAX_ATTEMPTS = "1";
  const store = await behindProxy();
  fail(1, ({ url }) => url.includes("partNumber=2"), { status: 500, body: INTERNAL });
  const writer = await store.create("a");
  const writing = (async () => {
    for (let i = 0; i < 30; i++) await writer.write(bytes(1_000_000));
    await writer.close();
  })();
  await expect(writing).rejects.toThrow(
    /^Cannot write 's3:\/\/bucket-\d+\/a': the store failed once \(HTTP 500/,
  );
  expect(proxy.requests.at(-1)).toMatchObject({ method: "DELETE" });
  expect(await store.find("a")).toBeUndefined();
});

it("an access key that versitygw of a single account does not know is no missing object: it says so with status 404", async () => {
  const store = await behindProxy();
  const body = "<Error><Code>XAdminUserNotFound</Code><Message>No user exists.</Message></Error>";
  proxy.fault = () => ({ status: 404, body });
  await expect(store.find("a")).rejects.toThrow(
    /: the store does not know the access key: check AWS_ACCESS_KEY_ID/,
  );
  await expect(collect(store.read("a", 0, 1))).rejects.toThrow(/: the store does not know the access key/);
});
