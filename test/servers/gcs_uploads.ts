// Resumable uploads as Google documents them, in front of fake-gcs-server. That appends whatever it is sent again, and
// takes the question how much it has for the upload's end, so that no upload can be resumed there.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What is stored of an unfinished upload is a multiple of it. */
const GRANULE = 256 * 1024;

interface Session {
  /** Where the whole object goes. */
  path: string;
  stored: Buffer;
  /** The object, when the upload is complete. */
  object?: string;
}

/** Takes uploads itself, hands whole objects to a fake-gcs-server, and passes everything else on to it. */
export class GcsUploads {
  /** How many chunks came in part, of which a part was stored. */
  partlyStored = 0;
  private readonly sessions = new Map<string, Session>();

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  /** @param target the endpoint of a fake-gcs-server */
  static async start(target: string): Promise<GcsUploads> {
    const server = createServer().listen(0, "127.0.0.1");
    const uploads = new GcsUploads(server, target);
    server.on("request", (incoming, outgoing) => void uploads.handle(incoming, outgoing));
    await once(server, "listening");
    return uploads;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url!, this.target);
    const session = this.sessions.get(url.searchParams.get("upload_id") ?? "");
    if (session !== undefined) return this.take(session, incoming, outgoing);
    if (url.searchParams.get("uploadType") === "resumable") {
      incoming.resume();
      const id = randomUUID();
      const name = encodeURIComponent(url.searchParams.get("name")!);
      this.sessions.set(id, {
        path: `${url.pathname}?uploadType=media&name=${name}`,
        stored: Buffer.alloc(0),
      });
      outgoing.writeHead(200, { location: `${this.target}${url.pathname}?upload_id=${id}` }).end();
      return;
    }
    const forwarded = request(url, { method: incoming.method, headers: incoming.headers });
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    forwarded.on("response", (reply) => {
      outgoing.writeHead(reply.statusCode!, reply.rawHeaders);
      reply.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }

  private async take(session: Session, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const range = incoming.headers["content-range"]!;
    const [, from, to, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(range)!;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      // The connection broke: what has come counts.
    }
    const body = Buffer.concat(chunks);
    if (session.object === undefined && from !== undefined) {
      const whole = body.length === Number(to) + 1 - Number(from);
      // Stricter than Google, who may take no notice of bytes that it has already: what is sent again is to be asked first.
      if (Number(from) !== session.stored.length || (total === "*" && whole && body.length % GRANULE !== 0)) {
        outgoing.writeHead(400).end(`Invalid chunk ${range} after ${session.stored.length} bytes.`);
        return;
      }
      const kept = whole ? body.length : Math.floor(body.length / GRANULE) * GRANULE;
      if (!whole && kept > 0) this.partlyStored++;
      session.stored = Buffer.concat([session.stored, body.subarray(0, kept)]);
    }
    if (session.object === undefined && session.stored.length === Number(total)) {
      const reply = await fetch(this.target + session.path, {
        method: "POST",
        body: new Uint8Array(session.stored),
      });
      session.object = await reply.text();
    }
    if (session.object !== undefined) {
      outgoing.writeHead(200, { "content-type": "application/json" }).end(session.object);
      return;
    }
    const { length } = session.stored;
    outgoing.writeHead(308, length > 0 ? { range: `bytes=0-${length - 1}` } : {}).end();
  }
}
