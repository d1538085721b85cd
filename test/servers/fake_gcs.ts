// A store that speaks Google Cloud Storage's protocol, for tests: fake-gcs-server on loopback.
import { executable } from "./go_program";
import { ServerProcess } from "./server_process";

/** One fake-gcs-server; its objects are in its memory. */
export class FakeGcs {
  private constructor(
    private readonly server: ServerProcess,
    /** What GcsSettings.endpoint is set to. */
    readonly endpoint: string,
  ) {}

  static async start(): Promise<FakeGcs> {
    const server = await ServerProcess.start(executable("fake-gcs-server"), (port) => [
      ...["-scheme", "http", "-host", "127.0.0.1", "-port", String(port)],
      ...["-backend", "memory", "-log-level", "error"],
      // Where it sends uploads to, and the host by which it knows its own requests from those to `BUCKET.HOST`.
      ...["-external-url", `http://127.0.0.1:${port}`, "-public-host", `127.0.0.1:${port}`],
    ]);
    return new FakeGcs(server, `http://127.0.0.1:${server.port}`);
  }

  async createBucket(name: string): Promise<void> {
    const response = await fetch(`${this.endpoint}/storage/v1/b?project=test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    if (!response.ok) throw new Error(`No bucket '${name}': ${response.status} ${await response.text()}`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}
