// A stream of messages both ways between the worker and a runner, whose writers wait and whose end is told once.
import { status, type ClientDuplexStream, type StatusObject } from "@grpc/grpc-js";
import { BrokenStreamError } from "../errors";

/** More than this many bytes under way, and who sends has to wait. */
const MAX_PENDING_BYTES = 4 * 2 ** 20;

/** When the worker closes a stream, the runner has this many milliseconds to close it too. */
const CLOSE_MS = 2_000;

/** A stream of gRPC messages. */
export class MessageStream<Out, In> {
  /** Resolves when either side has closed the stream and every message was given out; rejects when it broke. */
  readonly ended: Promise<void>;
  private failure: Error | undefined;
  private closing = false;
  private pendingBytes = 0;
  private waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private resolveEnded!: () => void;
  private rejectEnded!: (error: Error) => void;

  /**
   * @param name what the stream is, for errors
   * @param receive called with each message, in order
   */
  constructor(
    private readonly name: string,
    private readonly call: ClientDuplexStream<Out, In>,
    receive: (message: In) => void,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.resolveEnded = resolve;
      this.rejectEnded = reject;
    });
    // Who does not wait for the end is told by `send`.
    this.ended.catch(() => undefined);
    call.on("data", receive);
    // What an error says, the status says too, and it comes once and always.
    call.on("error", () => undefined);
    call.on("status", (end: StatusObject) => {
      if (end.code === status.OK || this.closing) this.release(this.closedError());
      else this.fail(`${status[end.code]}: ${end.details}`);
    });
    // After the last message was given out, which may be long after the status where the stream is paused.
    call.on("end", () => this.resolveEnded());
  }

  /**
   * Sends a message.
   * @param bytes about how many bytes it is
   * @returns undefined when there is room for more, or else a promise of room, which rejects when the stream ends
   * @throws BrokenStreamError when the stream has ended
   */
  send(message: Out, bytes: number): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    this.pendingBytes += bytes;
    this.call.write(message, () => {
      this.pendingBytes -= bytes;
      if (this.pendingBytes <= MAX_PENDING_BYTES) this.release(undefined);
    });
    if (this.pendingBytes <= MAX_PENDING_BYTES) return undefined;
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Takes no more messages for now; the runner is kept from sending many more. */
  pause(): void {
    this.call.pause();
  }

  resume(): void {
    this.call.resume();
  }

  /** Says that the worker sends no more, and stops listening when the runner does not close its side too. */
  close(): void {
    if (this.closing) return;
    this.closing = true;
    this.call.end();
    this.call.resume();
    const timer = setTimeout(() => this.call.cancel(), CLOSE_MS);
    void this.ended.catch(() => undefined).finally(() => clearTimeout(timer));
    this.release(this.closedError());
  }

  private closedError(): Error {
    return new BrokenStreamError(`The ${this.name} is closed.`);
  }

  private fail(reason: string): void {
    const failure = new BrokenStreamError(`The ${this.name} broke. ${reason}`);
    this.release(failure);
    this.rejectEnded(failure);
  }

  /** Lets everyone who waits go on, or fail. */
  private release(failure: Error | undefined): void {
    this.failure ??= failure;
    const { waiting } = this;
    this.waiting = [];
    for (const { resolve, reject } of waiting) {
      if (failure === undefined) resolve();
      else reject(failure);
    }
  }
}
