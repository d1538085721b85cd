// What S3 refuses: each call says which object, and why, in one line and without a credential.
import { StorageError } from "../../storage/errors";
import type { S3Settings } from "../../storage/file_systems/settings";
import { S3Store } from "../../storage/file_systems/s3/s3_store";
import { freePort } from "../servers/server_process";
import { bytes, collect, s3, signInAs } from "./s3_testing";

const { bucket, server } = s3();

/** Every call of a store. */
const CALLS: Record<string, (store: S3Store) => Promise<unknown>> = {
  list: (store) => collect(store.list("folder/")),
  find: (store) => store.find("folder/key"),
  read: (store) => collect(store.read("folder/key", 0, 10)),
  put: (store) => store.put("folder/key", Buffer.from("x")),
  "create a small object": async (store) => (await store.create("folder/key")).close(),
  "create a large object": async (store) => (await store.create("folder/key")).write(bytes(20_000_000)),
  prepare: (store) => store.prepare("folder/key", [], "staging/", "me"),
  complete: (store) =>
    store.complete({ key: "folder/key", token: { uploadId: "1", mark: "2", etags: ['"3"'] } }),
  abandon: (store) => store.abandon({ key: "folder/key", token: { uploadId: "1", mark: "2", etags: [] } }),
  ownerOf: (store) => store.ownerOf("folder/key"),
  remove: (store) => store.remove(["folder/key"]),
  abandonUploads: (store) => store.abandonUploads("folder/"),
};

/** The error of a call, checked for what all of them are. */
async function refusal(
  call: (store: S3Store) => Promise<unknown>,
  name: string,
  settings: S3Settings = {},
): Promise<string> {
  const secrets = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].flatMap(
    (name) => process.env[name] ?? [],
  );
  const store = S3Store.open(name, { endpoint: server().endpoint, ...settings });
  const error: unknown = await call(store).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(Error);
  const { message, stack = "", cause } = error as Error;
  for (const secret of secrets) expect(`${stack} ${JSON.stringify(cause)}`).not.toContain(secret);
  expect(message).not.toContain("\n");
  if (error instanceof StorageError) {
    expect(error.code).toBe("FILE_ACCESS");
    expect(message).toMatch(new RegExp(`^Cannot \\w+ 's3://${name}/folder/(key|upload-)?': `));
  }
  return message;
}

describe.each(Object.entries(CALLS))("%s", (_, call) => {
  it("of a bucket that is not there", async () => {
    expect(await refusal(call, "no-such-bucket")).toMatch(/: there is no bucket of that name$/);
  });

  it("by somebody who may not", async () => {
    const { bucket: name } = await bucket();
    signInAs(server().stranger());
    expect(await refusal(call, name)).toMatch(/: access denied: the credentials in use do not allow it$/);
  });

  it("with an unknown access key", async () => {
    const { bucket: name } = await bucket();
    signInAs({ AWS_ACCESS_KEY_ID: "unknown-key", AWS_SECRET_ACCESS_KEY: "any-secret" });
    expect(await refusal(call, name)).toMatch(
      /: the store does not know the access key: check AWS_ACCESS_KEY_ID, or/,
    );
  });

  it("with a wrong secret", async () => {
    const { bucket: name } = await bucket();
    signInAs({ ...server().credentials, AWS_SECRET_ACCESS_KEY: "wrong-secret" });
    expect(await refusal(call, name)).toMatch(
      /: the signature does not match: check AWS_SECRET_ACCESS_KEY, or/,
    );
  });

  it("without credentials", async () => {
    const { bucket: name } = await bucket();
    signInAs({});
    expect(await refusal(call, name)).toMatch(
      /: no credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or/,
    );
  });

  it("where nothing listens", async () => {
    process.env.AWS_MAX_ATTEMPTS = "2";
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    expect(await refusal(call, "any-bucket", { endpoint })).toMatch(
      new RegExp(
        `${endpoint} does not answer \\(nothing listens there, ECONNREFUSED, 2 times\\): check AWS_ENDPOINT_URL_S3`,
      ),
    );
  });

  it("without a region", async () => {
    const store = (): S3Store => S3Store.open("any-bucket", {});
    await expect((async () => call(store()))()).rejects.toThrow(
      /no region is set; set AWS_REGION or --s3_region/,
    );
  });
});

it("an object that is not there", async () => {
  const { bucket: name } = await bucket();
  expect(await refusal(CALLS.read, name)).toBe(
    `Cannot read 's3://${name}/folder/key': there is no such object`,
  );
});

it.each(["not an address", "ftp://host", "http://user:pass-word@host"])("the endpoint %j", (endpoint) => {
  const open = (): S3Store => S3Store.open("bucket", { endpoint });
  expect(open).toThrow(StorageError);
  expect(open).toThrow(/^The S3 endpoint is not an address. Write it as https:\/\/HOST/);
  expect(open).not.toThrow(/pass-word/);
});

it.each(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])(
  "the endpoint of %s is used, its buckets named in the path",
  async (name) => {
    const { bucket: bucketName } = await bucket();
    process.env[name] = server().endpoint;
    const store = S3Store.open(bucketName, {});
    await store.put("key", Buffer.from("x"));
    expect(await store.find("key")).toMatchObject({ size: 1 });
  },
);

it("another region than the bucket's is found out, and called from then on", async () => {
  const { bucket: name } = await bucket();
  for (const call of ["list", "find", "put", "create a large object", "remove", "ownerOf"]) {
    const store = S3Store.open(name, { endpoint: server().endpoint, region: "eu-west-1" });
    await CALLS[call](store);
  }
});
