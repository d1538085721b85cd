// Jobs that are killed while they put their output in place in a store: the old output, and then the whole new one.
import { FaultProxy } from "../servers/fault_proxy";
import { Workplace } from "./command";
import { Store } from "./stores";

const RECORD = '{"sepal_length":5.0,"sepal_width":3.2,"petal_length":1.2,"petal_width":0.2}';
const OLD = `${RECORD}\t{"species":"old"}\n`;

let stores: Store[];
let place: Workplace;

beforeAll(async () => {
  stores = await Promise.all([Store.start("s3"), Store.start("gs")]);
  place = new Workplace();
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.stop()));
  await place.remove();
});

/** The last request before an output shows, and the first after it, by store. */
const COMPLETES = {
  // CompleteMultipartUpload of a final object; `_SUCCESS` is put at once.
  s3: (method: string, url: string) => method === "POST" && /\/bucket\/out[^?]*\?.*uploadId=/.test(url),
  // A copy to a final object.
  gs: (method: string, url: string) =>
    method === "POST" && /\/(rewriteTo|copyTo)\/b\/bucket\/o\/out/.test(url),
};

function optionsFor(store: Store, output: string): string {
  const shards = output.endsWith("/") ? "--num_shards 1" : "";
  return `--input ../sample.ldjson --output ${store.url(output)} ${shards}`;
}

describe.each(["s3", "gs"] as const)("%s", (scheme) => {
  /** Runs a job whose request is held when `isHeld` says so, and kills it then. */
  async function killedAt(output: string, isHeld: (method: string, url: string) => boolean): Promise<Store> {
    const store = stores.find((one) => one.scheme === scheme)!;
    const proxy = await FaultProxy.start(store.port, 0);
    proxy.isHeld = isHeld;
    const line = `${optionsFor(store, output)} --quiet ${store.option(proxy.endpoint)}`;
    const { child, ended } = place.start(line, { env: store.env });
    await Promise.race([
      proxy.held,
      ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`))),
    ]);
    child.kill("SIGKILL");
    await ended;
    await proxy.stop();
    return store;
  }

  async function run(store: Store, output: string): Promise<void> {
    const line = `${optionsFor(store, output)} --quiet ${store.option()}`;
    expect(await place.run(line, { env: store.env })).toMatchObject({ status: 0, stderr: "" });
  }

  test("a file: killed before its last step it is the old one, and the next job leaves nothing of it", async () => {
    const store = stores.find((one) => one.scheme === scheme)!;
    await store.put("out.ldjson", OLD);
    await killedAt("out.ldjson", (method, url) => COMPLETES[scheme](method, url) && !url.includes("errors"));
    expect(await store.text("out.ldjson")).toBe(OLD);
    expect((await store.keys()).some((key) => key.includes(".tmp/"))).toBe(true);
    await run(store, "out.ldjson");
    expect((await store.text("out.ldjson")).split("\n")).toHaveLength(16);
    expect(await store.keys()).toEqual(["out.errors.ldjson", "out.ldjson"]);
  });

  test("a folder: killed before the first part shows it is the old one, and the next job completes", async () => {
    const store = stores.find((one) => one.scheme === scheme)!;
    await store.put("out/part-00000-of-00002.ldjson", OLD);
    await store.put("out/part-00001-of-00002.ldjson", OLD);
    await killedAt("out/", (method, url) => COMPLETES[scheme](method, url) && !url.includes("errors"));
    expect(await store.text("out/")).toBe(OLD + OLD);
    await run(store, "out/");
    expect(await store.keys()).toEqual(
      expect.arrayContaining(["out.errors.ldjson", "out/_SUCCESS", "out/part-00000-of-00001.ldjson"]),
    );
    expect((await store.keys()).filter((key) => /^out\/|tmp/.test(key))).toHaveLength(2);
    expect((await store.text("out/")).split("\n")).toHaveLength(16);
  });

  test("a folder: killed before _SUCCESS it is completed by the next job", async () => {
    const store = stores.find((one) => one.scheme === scheme)!;
    await run(store, "out/");
    await killedAt(
      "out/",
      (method, url) => method !== "GET" && method !== "DELETE" && url.includes("_SUCCESS"),
    );
    expect((await store.keys()).filter((key) => key.includes("_SUCCESS"))).toEqual([]);
    // A job that fails at once, but has looked at what was left.
    const line = `${optionsFor(store, "out/")} --max_failures 0 --quiet ${store.option()}`;
    expect(await place.run(line, { env: store.env })).toMatchObject({ status: 1 });
    expect((await store.keys()).filter((key) => /^out\/|tmp/.test(key))).toEqual([
      "out/_SUCCESS",
      "out/part-00000-of-00001.ldjson",
    ]);
    const success = JSON.parse(await store.text("out/_SUCCESS")) as Record<string, unknown>;
    expect(success).toMatchObject({ read: 15, distinct: 15, failures: 1 });
  });
});
