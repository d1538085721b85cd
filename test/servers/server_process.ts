// A server that a test starts on loopback and stops when it is done.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A process that listens on a port. */
export class ServerProcess {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /**
   * Starts a server; resolves when its port answers.
   * @param args of its command line, for a port
   */
  static async start(
    file: string,
    args: (port: number) => readonly string[],
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const port = await freePort();
    const child = spawn(file, args(port), {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => (log = `${log}${text}`.slice(-4000)));
    const server = new ServerProcess(port, child);
    process.once("exit", () => child.kill("SIGKILL"));
    for (let tries = 0; tries < 600; tries++) {
      if (child.exitCode !== null) throw new Error(`${file} ended at its start: ${log}`);
      if (await answers(port)) return server;
      await sleep(50);
    }
    await server.stop();
    throw new Error(`${file} did not listen within 30 s: ${log}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
