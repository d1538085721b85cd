// A proxy between a client and a server that makes requests fail now and then, in every way that networks know.
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What can happen to a request. */
export const FAULTS = [
  /** The server fails, and does nothing. */
  "500",
  /** The server is overloaded, and does nothing. */
  "503",
  /** The connection is reset half way in the body: the reply's, or the request's where that is larger. */
  "reset",
  /** The server does what it was asked to, but the reply is lost. */
  "lost",
] as const;
export type Fault = (typeof FAULTS)[number];

/** A running proxy. */
export class FaultProxy {
  /** How often each fault has happened. */
  readonly happened: Record<Fault, number> = { "500": 0, "503": 0, reset: 0, lost: 0 };
  /** All requests, those that failed among them. */
  requests = 0;
  /** Requests that are to be held for ever are told by this; none unless a test sets it. */
  isHeld: (method: string, url: string) => boolean = () => false;
  /** Resolves when the first request is held. */
  readonly held: Promise<void>;
  private hold!: () => void;
  private state: number;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
    private readonly rate: number,
    private readonly faults: readonly Fault[],
    seed: number,
  ) {
    this.state = seed;
    this.held = new Promise((resolve) => (this.hold = resolve));
  }

  /**
   * Starts a proxy in front of a port of loopback.
   * @param rate the share of requests that fail, 0 to 1
   */
  static async start(
    target: number,
    rate: number,
    seed = 1,
    faults: readonly Fault[] = FAULTS,
  ): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, target, rate, faults, seed);
    server.on("request", (incoming, outgoing) => proxy.handle(incoming, outgoing));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.requests++;
    if (this.isHeld(incoming.method!, incoming.url!)) return this.hold();
    const fault =
      this.random() < this.rate ? this.faults[Math.floor(this.random() * this.faults.length)] : undefined;
    if (fault !== undefined) this.happened[fault]++;
    if (fault === "500" || fault === "503") return this.refuse(incoming, outgoing, fault);
    const { method, url, headers } = incoming;
    // A connection of its own for each request: a reset one may not spoil the next.
    const forwarded = request({
      port: this.target,
      host: "127.0.0.1",
      method,
      path: url,
      headers,
      agent: false,
    });
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    const requestSize = Number(headers["content-length"] ?? 0);
    if (fault === "reset" && requestSize > 1000) {
      let sent = 0;
      incoming.on("data", (chunk: Buffer) => {
        sent += chunk.length;
        forwarded.write(chunk);
        if (sent >= requestSize / 2) incoming.socket.destroy();
      });
      return;
    }
    incoming.pipe(forwarded);
    forwarded.on("response", (reply) => {
      if (fault === "lost") {
        // Wait until the server is done with it.
        reply.resume().on("end", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(reply.statusCode!, reply.rawHeaders);
      if (fault === "reset") {
        const size = Number(reply.headers["content-length"] ?? 0);
        let sent = 0;
        reply.on("data", (chunk: Buffer) => {
          outgoing.write(chunk.subarray(0, Math.max(0, Math.ceil(size / 2) - sent)));
          sent += chunk.length;
          if (sent >= size / 2) setImmediate(() => incoming.socket.destroy());
        });
        reply.on("end", () => incoming.socket.destroy());
        return;
      }
      reply.pipe(outgoing);
    });
  }

  private refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: "500" | "503"): void {
    const code = status === "500" ? "InternalError" : "SlowDown";
    incoming.resume().on("end", () => {
      outgoing.writeHead(Number(status), { "content-type": "application/xml" });
      outgoing.end(
        `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as it happens</Message></Error>`,
      );
    });
  }

  /** Mulberry32: the same faults for the same seed and order of requests. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}
