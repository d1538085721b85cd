// A proxy that stands before a test's server and does to replies what networks and busy stores do.
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

export type Fault =
  /** Answered in the server's place, which never hears of it. */
  | { status: number; headers?: Record<string, string>; body?: string }
  /** The server does it; its reply is lost before its first byte. */
  | "lost reply"
  /** The body ends after so many bytes: with the connection, or with nothing at all. */
  | { after: number; then: "close" | "stall" };

export interface ProxiedRequest {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
}

export class FaultyProxy {
  /** All that was asked, in order. */
  readonly requests: ProxiedRequest[] = [];
  /** What is done to a request; undefined lets it through. */
  fault: (request: ProxiedRequest) => Fault | undefined = () => undefined;

  private constructor(
    private readonly server: http.Server,
    readonly endpoint: string,
  ) {}

  /** @param target the server's address: http://HOST:PORT */
  static async start(target: string): Promise<FaultyProxy> {
    const server = http.createServer((request, response) => proxy.#handle(target, request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new FaultyProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  #handle(target: string, request: http.IncomingMessage, response: http.ServerResponse): void {
    const asked = { method: request.method ?? "", url: request.url ?? "", headers: request.headers };
    this.requests.push(asked);
    const fault = this.fault(asked);
    if (typeof fault === "object" && "status" in fault) {
      request.resume().once("end", () => response.writeHead(fault.status, fault.headers).end(fault.body));
      return;
    }
    // The headers are kept, the host's too: it is signed.
    const { hostname, port } = new URL(target);
    const options = {
      hostname,
      port,
      path: request.url,
      method: request.method,
      headers: request.headers,
      agent: false,
    };
    const forwarded = http.request(options, (reply) => {
      if (fault === "lost reply") {
        reply.resume().once("end", () => response.destroy());
        return;
      }
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      if (fault === undefined) {
        reply.pipe(response);
        return;
      }
      let left = fault.after;
      reply.on("data", (chunk: Buffer) => {
        response.write(chunk.subarray(0, left), () => {
          if (left === 0 && fault.then === "close") response.destroy();
        });
        left -= Math.min(left, chunk.length);
      });
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  }
}
