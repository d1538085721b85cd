// One HTTP request to Google Cloud Storage, without retries. Not by the client's own transport (7.22): a read that is
// ended early destroys the sockets of all other calls there, which then neither end nor fail, and neither does a body
// whose connection breaks. Node's global agents keep connections open, and use a proxy where Node is told to.
import http, { type IncomingMessage } from "node:http";
import https from "node:https";

import { GcsConnectionError } from "./gcs_errors";

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: URL;
  headers: Record<string, string>;
  body?: Buffer;
}

/**
 * Sends a request; resolves with the answer when its headers are there, its body not read.
 * @param silenceMs how long the connection may be without a byte either way
 * @throws GcsConnectionError
 */
export function send(
  { method, url, headers, body }: HttpRequest,
  silenceMs: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "http:" ? http : https).request(url, {
      method,
      headers: {
        "user-agent": "beam-predict",
        ...(method !== "GET" && { "content-length": String(body?.length ?? 0) }),
        ...headers,
      },
    });
    request.setTimeout(silenceMs, () => request.destroy(silent(url, silenceMs)));
    request.once("response", (response) => {
      // From here on whoever reads watches: a connection is silent, too, while its reader is busy.
      request.setTimeout(0);
      resolve(response);
    });
    // Not `once`: a connection that breaks after its answer may say so here.
    request.on("error", (error) => reject(connectionError(url, error)));
    request.end(body);
  });
}

/** The bytes of an answer as they come. When they are no longer wanted, its connection is closed. */
export async function* chunksOf(
  response: IncomingMessage,
  url: URL,
  silenceMs: number,
): AsyncGenerator<Buffer> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(() => response.destroy(silent(url, silenceMs)), silenceMs);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done) break;
      yield next.value;
    }
  } catch (error) {
    throw connectionError(url, error);
  } finally {
    if (!response.readableEnded) response.destroy();
  }
  if (!response.complete) throw new GcsConnectionError(`the answer of ${url.origin} broke off`);
}

/** A whole answer, which is small. */
export async function wholeBody(response: IncomingMessage, url: URL, silenceMs: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(response, url, silenceMs)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function silent(url: URL, silenceMs: number): GcsConnectionError {
  return new GcsConnectionError(`${url.origin} has sent nothing for ${silenceMs / 1000} s`);
}

const NOBODY_THERE = new Set(["ECONNREFUSED", "ENOTFOUND"]);

/** An error of the network. Of the address only its origin is named: the rest may hold an upload's secret. */
function connectionError(url: URL, error: unknown): GcsConnectionError {
  if (error instanceof GcsConnectionError) return error;
  // Of a name with several addresses each has its own error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code = "", message } = first as NodeJS.ErrnoException;
  return NOBODY_THERE.has(code)
    ? new GcsConnectionError(
        `${url.origin} does not answer (${code}). Check the endpoint and the network`,
        true,
      )
    : new GcsConnectionError(`the connection to ${url.origin} broke (${code || message})`);
}
