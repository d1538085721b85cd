// Stores of objects for tests of jobs: the real servers, what lies in them, and jobs that run against them.
import type { StorageSettings } from "../../storage";
import { GcsStore } from "../../storage/file_systems/gcs/gcs_store";
import { S3Store } from "../../storage/file_systems/s3/s3_store";
import { FakeGcs } from "../servers/fake_gcs";
import { GcsUploads } from "../servers/gcs_uploads";
import { VersityGw } from "../servers/versitygw";
import { load, store } from "./format_places";

/** A running store with a bucket. */
export class Store {
  private constructor(
    readonly scheme: "s3" | "gs",
    private readonly server: VersityGw | FakeGcs,
    /** The address of the store, with uploads that can be resumed. */
    readonly endpoint: string,
    private readonly uploads: GcsUploads | undefined,
    /** What a command needs in its environment. */
    readonly env: Record<string, string>,
  ) {}

  static async start(scheme: "s3" | "gs", bucket = "bucket"): Promise<Store> {
    const server = scheme === "s3" ? await VersityGw.start() : await FakeGcs.start();
    await server.createBucket(bucket);
    if (!(server instanceof VersityGw)) {
      const uploads = await GcsUploads.start(server.endpoint);
      return new Store(scheme, server, `http://127.0.0.1:${uploads.port}`, uploads, {});
    }
    // The tests' own calls, too, find their credentials in the environment.
    Object.assign(process.env, server.credentials);
    return new Store(scheme, server, server.endpoint, undefined, { ...server.credentials });
  }

  get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** The option that leads a command to the store, or to what stands before it. */
  option(endpoint = this.endpoint): string {
    return `--${this.scheme === "s3" ? "s3" : "gcs"}_endpoint ${endpoint}`;
  }

  /** The settings that lead to the store, or to what stands before it. */
  settings(endpoint = this.endpoint): StorageSettings {
    return this.scheme === "s3" ? { s3: { endpoint } } : { gcs: { endpoint } };
  }

  url(key: string): string {
    return `${this.scheme}://bucket/${key}`;
  }

  put(key: string, content: string | Buffer): Promise<void> {
    return store(this.url(key), Buffer.from(content), this.settings());
  }

  /** The text of all files that a pattern names. */
  async text(pattern: string): Promise<string> {
    return [...(await load(this.url(pattern), this.settings())).values()].join("");
  }

  /** All keys, those of what is written aside among them. */
  async keys(): Promise<string[]> {
    const { s3 = {}, gcs = {} } = this.settings();
    const objects = this.scheme === "s3" ? S3Store.open("bucket", s3) : GcsStore.open("bucket", gcs);
    const found: string[] = [];
    for (const listed of [objects.list(""), objects.uploads("")]) {
      for await (const { key } of listed) found.push(key);
    }
    return found.sort();
  }

  async stop(): Promise<void> {
    await this.uploads?.stop();
    await this.server.stop();
  }
}
