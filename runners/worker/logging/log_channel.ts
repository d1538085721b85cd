// What the worker and its DoFns have to say goes to the runner's log, and a log that is lost hurts nobody.
import "../../../sdk";
import { setTimeout } from "node:timers/promises";
import { LogEntry, LogEntry_Severity_Enum, type LogControl } from "apache-beam/proto/beam_fn_api";
import type { LogEntry_List } from "apache-beam/proto/beam_fn_api";
import { BeamFnLoggingClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { CHANNEL_OPTIONS, CREDENTIALS, workerMetadata } from "../connection/options";
import { MessageStream } from "../connection/stream";
import { describeFailure } from "../errors";
import { currentStage, followStages } from "./stage";

export { LogEntry_Severity_Enum as Severity };

/** Entries that wait to be sent; more are counted and dropped. */
const MAX_WAITING = 10_000;
const ENTRIES_A_MESSAGE = 100;
const MAX_MESSAGE_LENGTH = 100_000;
/** How long the end of the worker waits for what is left to be sent. */
const LAST_WORDS_MS = 2_000;

/** Where something happened, when it is not where the code runs. */
export interface LogOrigin {
  instructionId?: string;
  transformId?: string;
  /** Its stack and causes go along. */
  error?: unknown;
}

/** The way to the runner's log. */
export class LogChannel {
  private readonly client: BeamFnLoggingClient | undefined;
  private readonly stream: MessageStream<LogEntry_List, LogControl> | undefined;
  private waiting: LogEntry[] = [];
  private dropped = 0;
  private sending: Promise<void> | undefined;
  private lost: boolean;

  /** @param endpoint where the runner listens, HOST:PORT; without one nothing is logged */
  constructor(
    private readonly workerId: string,
    endpoint: string | undefined,
  ) {
    this.lost = endpoint === undefined;
    if (endpoint === undefined) return;
    followStages();
    this.client = new BeamFnLoggingClient(endpoint, CREDENTIALS, CHANNEL_OPTIONS);
    // What the runner says about levels is of no use: it gets everything.
    this.stream = new MessageStream(
      "logging stream",
      this.client.logging(workerMetadata(workerId)),
      () => undefined,
    );
    const lose = (): void => {
      this.lost = true;
      this.waiting = [];
    };
    this.stream.ended.then(lose, lose);
  }

  /** Logs a message; it never throws and never waits. */
  log(severity: LogEntry_Severity_Enum, message: string, origin: LogOrigin = {}): void {
    if (this.lost) return;
    if (this.waiting.length >= MAX_WAITING) {
      this.dropped++;
      return;
    }
    const stage = currentStage.getStore();
    this.waiting.push(
      this.entry(severity, message, {
        instructionId: stage?.bundle.instructionId,
        transformId: stage?.transformId,
        ...origin,
      }),
    );
    this.sending ??= this.sendAll();
  }

  /** Sends what waits and ends the stream; resolves when the runner has it all, or has had its time. */
  async close(): Promise<void> {
    const patience = setTimeout(LAST_WORDS_MS, undefined, { ref: false });
    if (this.sending !== undefined) await Promise.race([this.sending, patience]);
    this.stream?.close();
    await Promise.race([this.stream?.ended.catch(() => undefined), patience]);
    this.client?.close();
  }

  private async sendAll(): Promise<void> {
    // Whatever is logged in one go is sent in one go.
    await Promise.resolve();
    try {
      while (this.waiting.length > 0) {
        const logEntries = this.waiting.splice(0, ENTRIES_A_MESSAGE);
        if (this.dropped > 0) {
          logEntries.push(
            this.entry(LogEntry_Severity_Enum.WARN, `${this.dropped} messages were dropped here.`, {}),
          );
          this.dropped = 0;
        }
        const bytes = logEntries.reduce((sum, { message, trace }) => sum + message.length + trace.length, 0);
        await this.stream!.send({ logEntries }, bytes);
      }
    } catch {
      this.waiting = [];
    } finally {
      this.sending = undefined;
    }
  }

  private entry(severity: LogEntry_Severity_Enum, message: string, origin: LogOrigin): LogEntry {
    const now = Date.now();
    return LogEntry.create({
      severity,
      message: message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}...` : message,
      trace: origin.error === undefined ? "" : describeFailure(origin.error),
      instructionId: origin.instructionId ?? "",
      transformId: origin.transformId ?? "",
      thread: this.workerId,
      timestamp: { seconds: BigInt(Math.floor(now / 1000)), nanos: (now % 1000) * 1e6 },
    });
  }
}
