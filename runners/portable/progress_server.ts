// Where the worker processes of a job tell what they have counted, for progress; engines tell it when a job is over.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Metrics } from "../runner";
import type { JobOptions } from "./job_service";

/** A line of JSON for each report; the server greets first, so that workers know that it is theirs. */
export class ProgressServer {
  private readonly greeting = randomUUID();
  /** The last report of each worker, of those too that have ended. */
  private readonly reports = new Map<Socket, Metrics>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly onMetrics: ((metrics: Metrics) => void) | undefined,
  ) {
    server.on("connection", (socket) => this.receive(socket));
  }

  static async listen(host: string, onMetrics?: (metrics: Metrics) => void): Promise<ProgressServer> {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    return new ProgressServer(server, onMetrics);
  }

  /** How the workers find it. */
  get jobOptions(): JobOptions {
    const { address, port } = this.server.address() as AddressInfo;
    return { progress_endpoint: `${address}:${port}`, progress_greeting: this.greeting };
  }

  /** The sums over all workers by name. What failed and was done again counts twice. */
  sums(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const report of this.reports.values()) {
      for (const [name, value] of Object.entries(report)) sums[name] = (sums[name] ?? 0) + value;
    }
    return sums;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private receive(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.sockets.delete(socket));
    socket.write(`${this.greeting}\n`);
    createInterface({ input: socket }).on("line", (line) => {
      const report = parse(line);
      if (report === undefined) {
        socket.destroy();
        return;
      }
      this.reports.set(socket, report);
      this.onMetrics?.(this.sums());
    });
  }
}

/** Nothing for what is no report: the port is open to all of this machine. */
function parse(line: string): Metrics | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    const isReport =
      typeof value === "object" && value !== null && Object.values(value).every((v) => typeof v === "number");
    return isReport ? (value as Metrics) : undefined;
  } catch {
    return undefined;
  }
}
