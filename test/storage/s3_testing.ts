// Buckets of a real S3 store for tests.
import { createCipheriv } from "node:crypto";
import { S3Store } from "../../storage/file_systems/s3/s3_store";
import { VersityGw, type Credentials } from "../servers/versitygw";

/** Who calls: in the variables that the SDK reads, and nowhere else. */
export function signInAs(credentials: Partial<Credentials>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, credentials, {
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });
}

/** Starts a store for the tests of a file, its owner signed in; `bucket` gives a new bucket of it. */
export function s3(): { server: () => VersityGw; bucket: (pageSize?: number) => Promise<S3Store> } {
  let server: VersityGw;
  let buckets = 0;
  beforeAll(async () => {
    server = await VersityGw.start();
  });
  beforeEach(() => signInAs(server.credentials));
  afterAll(() => server.stop());
  return {
    server: () => server,
    bucket: async (pageSize) => {
      const name = `bucket-${buckets++}`;
      await server.createBucket(name);
      return S3Store.open(name, { endpoint: server.endpoint }, pageSize);
    },
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The whole of an object. */
export async function contentOf(store: S3Store, key: string): Promise<Buffer> {
  const found = await store.find(key);
  if (!found) throw new Error(`no object ${key}`);
  return found.size === 0
    ? Buffer.alloc(0)
    : Buffer.concat(await collect(store.read(key, 0, found.size, found.version)));
}

/** Bytes that look like no others. */
export function bytes(length: number, seed = 1): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
