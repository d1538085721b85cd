// Calls to Google Cloud Storage's JSON API: addressed, authorized, and tried again while that may help.
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { Storage } from "@google-cloud/storage";

import type { GcsSettings } from "../settings";
import { credentialsError, GcsConnectionError, GcsCredentialsError, GcsRefusal } from "./gcs_errors";
import { chunksOf, send, wholeBody, type HttpRequest } from "./gcs_request";

const GOOGLE = "https://storage.googleapis.com";

/** A call; all that are made may be repeated. */
export interface GcsCall {
  method: HttpRequest["method"];
  /** Under the endpoint: `/storage/v1/b/...`; or the address of an upload. */
  path: string | URL;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Bytes, or what is sent as JSON. */
  body?: Buffer | object;
}

export interface GcsAnswer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

export interface GcsLimits {
  /** After how many milliseconds without a byte a connection counts as broken. */
  silenceMs: number;
  /** How often a call is repeated. */
  retries: number;
  /** How often when nobody is at the address, which is mostly a wrong one. */
  retriesWhenNobodyThere: number;
  /** What is waited before the first repetition, in milliseconds; twice as much before each next. */
  backoffMs: number;
  /** How many objects are listed at once, at most 1,000. */
  pageSize: number;
  /**
   * How many bytes of an upload are sent at once; the store wants multiples of 256 KiB. Two chunks are in memory, one of
   * them on its way.
   */
  chunkBytes: number;
}

export const GCS_LIMITS: Readonly<GcsLimits> = {
  silenceMs: 60_000,
  retries: 8,
  retriesWhenNobodyThere: 4,
  backoffMs: 250,
  pageSize: 1000,
  chunkBytes: 8 * 1024 * 1024,
};

export class GcsClient {
  private static readonly clients = new Map<string, GcsClient>();
  private storage?: Storage;

  /** The client for settings: one per endpoint, since it holds the credentials' tokens. */
  static of(settings: GcsSettings): GcsClient {
    const endpoint = [settings.endpoint, process.env.STORAGE_EMULATOR_HOST].find(Boolean) ?? GOOGLE;
    const client = this.clients.get(endpoint) ?? new GcsClient(endpoint);
    this.clients.set(endpoint, client);
    return client;
  }

  /** The start of all addresses. */
  readonly endpoint: string;

  constructor(
    endpoint: string,
    readonly limits: Readonly<GcsLimits> = GCS_LIMITS,
  ) {
    this.endpoint = (/^https?:/.test(endpoint) ? endpoint : `https://${endpoint}`).replace(/\/+$/, "");
  }

  /**
   * Makes a call and repeats it while that may help.
   * @param accepted statuses besides 2xx that are answers too
   * @throws GcsRefusal, GcsConnectionError or GcsCredentialsError
   */
  async call(call: GcsCall, accepted: readonly number[] = []): Promise<GcsAnswer> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.callOnce(call, accepted);
      } catch (error) {
        await this.waitToRepeat(error, tries);
      }
    }
  }

  /** As `call`, for an answer in JSON. */
  async json<T>(call: GcsCall): Promise<T> {
    return JSON.parse((await this.call(call)).body.toString()) as T;
  }

  /** Waits before a call that failed is repeated; throws the error again when that is of no use. */
  async waitToRepeat(error: unknown, tries: number): Promise<void> {
    const { retries, retriesWhenNobodyThere, backoffMs } = this.limits;
    const allowed =
      error instanceof GcsConnectionError
        ? error.nobodyThere
          ? retriesWhenNobodyThere
          : retries
        : error instanceof GcsRefusal && error.passing
          ? retries
          : 0;
    if (tries >= allowed) throw error;
    await sleep(backoffMs * 2 ** tries * (0.5 + Math.random() / 2));
  }

  /** As `call`, but only once. */
  async callOnce(call: GcsCall, accepted: readonly number[] = []): Promise<GcsAnswer> {
    const { response, url } = await this.open(call, accepted);
    const { statusCode: status = 0, headers } = response;
    return { status, headers, body: await wholeBody(response, url, this.limits.silenceMs) };
  }

  /** Makes a call once; its answer's body is read as it comes. */
  async *stream(call: GcsCall, check: (response: IncomingMessage) => void): AsyncGenerator<Buffer> {
    const { response, url } = await this.open(call, []);
    try {
      check(response);
      yield* chunksOf(response, url, this.limits.silenceMs);
    } finally {
      if (!response.readableEnded) response.destroy();
    }
  }

  private async open(
    call: GcsCall,
    accepted: readonly number[],
  ): Promise<{ response: IncomingMessage; url: URL }> {
    const { method, path, query, body } = call;
    const url = new URL(path instanceof URL ? path : this.endpoint + path);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers = { ...(await this.authorization(url)), ...call.headers };
    let bytes: Buffer | undefined;
    if (Buffer.isBuffer(body)) bytes = body;
    else if (body) {
      headers["content-type"] = "application/json";
      bytes = Buffer.from(JSON.stringify(body));
    }
    const { silenceMs } = this.limits;
    const response = await send({ method, url, headers, body: bytes }, silenceMs);
    const { statusCode: status = 0 } = response;
    if ((status >= 200 && status < 300) || accepted.includes(status)) return { response, url };
    throw new GcsRefusal(status, reasonOf(await wholeBody(response, url, silenceMs)));
  }

  /** The headers that say who calls: by the client's own search for credentials, and none at all for an emulator. */
  private async authorization(url: URL): Promise<Record<string, string>> {
    if (url.protocol === "http:") return {};
    const { silenceMs } = this.limits;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new GcsConnectionError("the server that gives out credentials does not answer");
      timer = setTimeout(() => reject(error), silenceMs);
    });
    try {
      // Loaded here: it is heavy, and an emulator does without.
      const { Storage } = require("@google-cloud/storage") as typeof import("@google-cloud/storage");
      this.storage ??= new Storage();
      return await Promise.race([this.storage.authClient.getRequestHeaders(url.href), late]);
    } catch (error) {
      if (error instanceof GcsConnectionError || error instanceof GcsCredentialsError) throw error;
      throw credentialsError(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a refusal says, on one line. */
function reasonOf(body: Buffer): string {
  const text = body.toString();
  let message = text;
  try {
    message = (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? text;
  } catch {
    // Ranges are refused in plain text, and whoever stands between says it in HTML.
  }
  return message.replace(/\s+/g, " ").trim().slice(0, 300);
}
