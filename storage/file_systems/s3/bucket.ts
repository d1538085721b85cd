// One bucket as calls see it: which client to ask, in which region, and what an error is called.
import type { S3 } from "@aws-sdk/client-s3";
import { FileAccessError } from "../../errors";
import type { S3Settings } from "../settings";
import { connect, type S3Clients } from "./client";
import { explain, otherRegion, type Failure } from "./errors";

export type Action = "read" | "write" | "list" | "remove";

/** A call's arguments and reply are the SDK's; its errors are explained. */
export class Bucket {
  #clients: S3Clients;

  constructor(
    readonly name: string,
    private readonly settings: S3Settings,
  ) {
    this.#clients = connect(settings);
  }

  /** A path as users know it. */
  path(key: string): string {
    return `s3://${this.name}/${key}`;
  }

  /** @throws FileAccessError */
  async call<T>(
    action: Action,
    key: string,
    send: (s3: S3) => Promise<T>,
    patience: "quick" | "patient" = "quick",
  ): Promise<T> {
    try {
      return await this.send(send, patience);
    } catch (error) {
      throw this.refusal(action, key, error);
    }
  }

  /** A call with the SDK's errors. One that went to another region than the bucket's is repeated there, and so are all after it. */
  async send<T>(send: (s3: S3) => Promise<T>, patience: "quick" | "patient" = "quick"): Promise<T> {
    const clients = this.#clients;
    try {
      return await send(clients[patience]);
    } catch (error) {
      const region = otherRegion(error);
      if (region === undefined) throw error;
      // Another call may have moved already.
      if (this.#clients === clients) {
        const moved = connect({ ...this.settings, region });
        if (moved === clients) throw error;
        this.#clients = moved;
      }
      return send(this.#clients[patience]);
    }
  }

  explain(error: unknown): Failure {
    return explain(error, this.#clients.endpoint);
  }

  /** The SDK's error is no cause of it: its fields hold key ids and signatures. */
  refusal(action: Action, key: string, error: unknown): FileAccessError {
    return error instanceof FileAccessError
      ? error
      : new FileAccessError(action, this.path(key), this.explain(error).reason);
  }
}
