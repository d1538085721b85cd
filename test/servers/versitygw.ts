// An S3 store for tests: versitygw, which keeps its buckets as folders.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { executable } from "./go_program";
import { ServerProcess } from "./server_process";

/** What the SDK finds credentials by. */
export type Credentials = { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };

const ROOT: Credentials = { AWS_ACCESS_KEY_ID: "test-root-key", AWS_SECRET_ACCESS_KEY: "test-root-secret" };

export class VersityGw {
  readonly endpoint: string;
  /** Of the owner of all buckets. */
  readonly credentials = ROOT;

  #stranger: Credentials | undefined;

  private constructor(
    private readonly server: ServerProcess,
    private readonly folder: string,
  ) {
    this.endpoint = `http://127.0.0.1:${server.port}`;
  }

  static async start(): Promise<VersityGw> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "beam-predict-s3-"));
    const [accounts, buckets] = [path.join(folder, "accounts"), path.join(folder, "buckets")];
    for (const name of [accounts, buckets]) await mkdir(name);
    const server = await ServerProcess.start(
      executable("versitygw"),
      (port) => [
        "--port",
        `127.0.0.1:${port}`,
        "--quiet",
        "--keep-alive",
        "--iam-dir",
        accounts,
        "posix",
        buckets,
      ],
      { ROOT_ACCESS_KEY_ID: ROOT.AWS_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY: ROOT.AWS_SECRET_ACCESS_KEY },
    );
    return new VersityGw(server, folder);
  }

  /** @returns its folder, whose files are its objects */
  async createBucket(name: string): Promise<string> {
    const folder = path.join(this.folder, "buckets", name);
    await mkdir(folder);
    return folder;
  }

  /** Credentials of somebody who may do nothing in the buckets. */
  stranger(): Credentials {
    return (this.#stranger ??= this.#createUser());
  }

  #createUser(): Credentials {
    const credentials = {
      AWS_ACCESS_KEY_ID: "test-stranger-key",
      AWS_SECRET_ACCESS_KEY: "test-stranger-secret",
    };
    const { status, stderr } = spawnSync(executable("versitygw"), [
      "admin",
      ...["--access", ROOT.AWS_ACCESS_KEY_ID, "--secret", ROOT.AWS_SECRET_ACCESS_KEY],
      ...["--endpoint-url", this.endpoint, "create-user", "--role", "user"],
      ...["--access", credentials.AWS_ACCESS_KEY_ID, "--secret", credentials.AWS_SECRET_ACCESS_KEY],
    ]);
    if (status !== 0) throw new Error(`versitygw made no user: ${String(stderr)}`);
    return credentials;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
