// What a person is told when Google Cloud Storage can't be used: one line, what to do, and never a credential.
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { FileAccessError } from "../../storage/errors";
import { GCS_LIMITS, GcsClient } from "../../storage/file_systems/gcs/gcs_client";
import { GcsStore } from "../../storage/file_systems/gcs/gcs_store";
import type { ObjectStore } from "../../storage/file_systems/object_store/object_store";
import { FakeGcs } from "../servers/fake_gcs";
import { freePort } from "../servers/server_process";
import { temporaryFolder } from "./temporary_folder";

const inFolder = temporaryFolder();
const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

/** All that can be done with a store, each on its own, with what its error begins. */
const CALLS: [string, (store: ObjectStore) => Promise<unknown>][] = [
  ["list 'gs://bkt/a'", async (store) => void (await store.list("a")[Symbol.asyncIterator]().next())],
  ["read 'gs://bkt/a'", async (store) => void (await store.read("a", 0, 1)[Symbol.asyncIterator]().next())],
  ["read 'gs://bkt/a'", (store) => store.find("a")],
  ["read 'gs://bkt/a'", (store) => store.ownerOf("a")],
  ["write 'gs://bkt/a'", (store) => store.put("a", Buffer.from("x"))],
  ["write 'gs://bkt/a'", (store) => store.create("a").then((writer) => writer.close())],
  ["write 'gs://bkt/s/piece", (store) => store.prepare("a", [Buffer.from("x")], "s/", "owner")],
  ["write 'gs://bkt/a'", (store) => store.complete({ key: "a", token: { staged: "s", preparation: "p" } })],
  ["remove 'gs://bkt/a'", (store) => store.remove(["a"])],
];

async function errorOf(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(FileAccessError);
  expect((error as Error).message).not.toMatch(/\n/);
  // The cause is printed with an error: what it holds is told too.
  expect((error as Error).cause).toEqual(expect.any(String));
  return error as Error;
}

/** A server that refuses everything, and a store there. */
async function refusing(
  status: number,
  body: string,
  use: (store: ObjectStore) => Promise<void>,
): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => outgoing.writeHead(status).end(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await use(new GcsStore("bkt", new GcsClient(endpoint, { ...GCS_LIMITS, backoffMs: 1 })));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const inJson = (message: string): string => JSON.stringify({ error: { code: 0, message } });

test.each([
  [401, inJson("Invalid Credentials"), "the store does not accept the credentials. Run 'gcloud auth"],
  [
    403,
    inJson("me@there has no\nstorage.objects.get access"),
    "access denied (me@there has no storage.objects.get",
  ],
  [404, inJson("The specified bucket does not exist."), "there is no bucket 'bkt'. Check its name"],
  [500, "<html>\n<b>Sorry</b></html>", "the store answered 500: <html> <b>Sorry</b></html>"],
])("%i is said in words by every call", async (status, body, words) => {
  await refusing(status, body, async (store) => {
    for (const [what, call] of CALLS) {
      // A read that failed for now is left to who takes it up again.
      if (status === 500 && what.startsWith("read") && call === CALLS[1][1]) continue;
      const { message } = await errorOf(call(store));
      expect(message).toContain(`Cannot ${what}`);
      expect(message).toContain(words);
    }
  });
});

test("a bucket that is not there is told by what lists and writes", async () => {
  const server = await FakeGcs.start();
  try {
    const store = GcsStore.open("bkt", { endpoint: server.endpoint });
    for (const [what, call] of CALLS.filter(([what]) => /^(list|write 'gs:..bkt.a)/.test(what)).slice(0, 3)) {
      const { message } = await errorOf(call(store));
      expect(message).toBe(`Cannot ${what}: there is no bucket 'bkt'. Check its name`);
    }
  } finally {
    await server.stop();
  }
});

test("an endpoint where nobody is, is named without the password in it", async () => {
  const endpoint = `http://user:password@127.0.0.1:${await freePort()}`;
  const store = new GcsStore("bkt", new GcsClient(endpoint, { ...GCS_LIMITS, backoffMs: 1 }));
  for (const [what, call] of CALLS) {
    if (call === CALLS[1][1]) continue;
    const { message } = await errorOf(call(store));
    expect(message).toMatch(
      new RegExp(
        `^Cannot ${what}.*: http://127\\.0\\.0\\.1:\\d+ does not answer \\(ECONNREFUSED\\)\\. Check`,
      ),
    );
    expect(message).not.toContain("password");
  }
});

describe("credentials", () => {
  /** Over https credentials are looked for, before anybody is called. */
  const store = (): ObjectStore =>
    new GcsStore("bkt", new GcsClient("https://127.0.0.1:1", { ...GCS_LIMITS, backoffMs: 1 }));

  beforeEach(() => {
    // Not those of whoever runs the tests, and no search for a server that gives them out.
    process.env.CLOUDSDK_CONFIG = inFolder("gcloud");
    process.env.METADATA_SERVER_DETECTION = "none";
    delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
  });

  test("that are not there are asked for", async () => {
    for (const [what, call] of CALLS) {
      const { message } = await errorOf(call(store()));
      expect(message).toContain(`Cannot ${what}`);
      expect(message).toContain(
        "no credentials were found. Run 'gcloud auth application-default login', or set GOO",
      );
    }
  });

  test("whose file is not there are told so", async () => {
    process.env.GOOGLE_APPLICATION_CREDENTIALS = inFolder("none.json");
    expect((await errorOf(store().find("a"))).message).toContain("the credentials' file can't be read");
  });

  test.each([
    "TOP-SECRET",
    '{"private_key": TOP-SECRET}',
    '{"type": "service_account", "private_key": "TOP-SECRET"}',
  ])("in a file that is none, as %j, are not quoted", async (content) => {
    process.env.GOOGLE_APPLICATION_CREDENTIALS = inFolder("key.json");
    await writeFile(inFolder("key.json"), content);
    const error = await errorOf(store().find("a"));
    expect(error.message).toMatch(/the credentials('| can't)/);
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain("SECRET");
  });
});

test("the endpoint is the settings', else the environment's", () => {
  process.env.STORAGE_EMULATOR_HOST = "http://emulator:4443/";
  expect(GcsClient.of({}).endpoint).toBe("http://emulator:4443");
  expect(GcsClient.of({ endpoint: "private.example" }).endpoint).toBe("https://private.example");
  expect(GcsClient.of({})).toBe(GcsClient.of({}));
  process.env.STORAGE_EMULATOR_HOST = "";
  expect(GcsClient.of({}).endpoint).toBe("https://storage.googleapis.com");
});
