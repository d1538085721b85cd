// Progress of a job: a bar with rate and time left on a terminal, a plain line now and then elsewhere.
import { SingleBar } from "cli-progress";
import type { Metrics } from "../runners";

/** How often a line is printed where there is no terminal. */
const LINE_INTERVAL_MS = 10_000;

/** Shows how far a job is, on standard error. */
export class Progress {
  private readonly started = performance.now();
  private lastLine = this.started;
  private readonly bar: SingleBar | undefined;

  /** @param totalBytes the size of the input */
  constructor(
    private readonly totalBytes: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {
    if (!stream.isTTY) return;
    this.bar = new SingleBar({
      stream,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 30,
      format: "{bar} {percentage}% | {records} records | {rate}/s | {left}",
    });
    this.bar.start(Math.max(1, totalBytes), 0, { records: "0", rate: "0", left: "" });
  }

  /** Takes a runner's metrics. */
  update = (metrics: Metrics): void => {
    const bytes = metrics.bytes_read ?? 0;
    const records = metrics.records_read ?? 0;
    const written = metrics.rows_written ?? 0;
    const seconds = (performance.now() - this.started) / 1000;
    const rate = Math.round(records / Math.max(seconds, 0.001));
    const state = {
      records: records.toLocaleString("en"),
      rate: rate.toLocaleString("en"),
      left: bytes < this.totalBytes ? secondsLeft(bytes, this.totalBytes, seconds) : writing(written),
    };
    if (this.bar) {
      this.bar.update(Math.min(bytes, this.totalBytes), state);
    } else if (performance.now() - this.lastLine >= LINE_INTERVAL_MS) {
      this.lastLine = performance.now();
      const percent = Math.floor((100 * bytes) / Math.max(1, this.totalBytes));
      this.stream.write(`${percent}% read, ${state.records} records, ${state.rate}/s, ${state.left}\n`);
    }
  };

  /** Writes a line above the bar. */
  say = (text: string): void => {
    if (this.bar) this.stream.write("\r\x1b[2K");
    this.stream.write(`${text}\n`);
  };

  /** Clears the bar. */
  stop(): void {
    this.bar?.stop();
  }
}

function secondsLeft(bytes: number, totalBytes: number, seconds: number): string {
  if (bytes === 0) return "starting";
  return `${Math.ceil((seconds * (totalBytes - bytes)) / bytes)} s left to read`;
}

function writing(rows: number): string {
  return rows === 0 ? "shuffling" : `${rows.toLocaleString("en")} rows written`;
}
