// Tells whoever started the job, on this machine, what this process has counted so far, and hears when the job is over.
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { LiveMetrics } from "../live_metrics";

const INTERVAL_MS = 250;

/**
 * Reports until the process ends. That nobody hears it is no failure: on other machines there is nobody.
 * @param endpoint HOST:PORT
 * @param greeting by which the one who listens there shows that it is the right one
 * @param onOver called when who started the job was there and is no longer: the job is over, or nobody waits for it
 */
export function reportProgress(endpoint: string, greeting: string, onOver: () => void): void {
  const colon = endpoint.lastIndexOf(":");
  const socket = connect(Number(endpoint.slice(colon + 1)), endpoint.slice(0, colon)).unref();
  socket.on("error", () => undefined);
  createInterface({ input: socket }).once("line", (line) => {
    if (line !== greeting) {
      socket.destroy();
      return;
    }
    const live = new LiveMetrics();
    let last = "{}";
    const timer = setInterval(() => {
      const report = JSON.stringify(live.sums());
      if (report === last || socket.writableLength > 0) return;
      last = report;
      socket.write(`${report}\n`);
    }, INTERVAL_MS).unref();
    socket.once("close", () => {
      clearInterval(timer);
      live.stop();
      onOver();
    });
  });
}
