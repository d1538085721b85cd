// Where the elements of a bundle go out: encoded into messages of about a megabyte, each element sent once.
import "../../../sdk";
import { Context, type Coder } from "apache-beam/coders/coders";
import { RemoteGrpcPort } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import type { WindowedValue } from "apache-beam/values";
import { NonPromise, type IOperator, type OperatorContext, type ProcessResult } from "apache-beam/worker/operators";
import { Writer } from "protobufjs";
import type { DataSender } from "./data_channels";

/** The URN of the transform. */
export const SINK_URN = "beam:runner:sink:v1";

/** A message is sent when it has this many bytes. One element may have more. */
const MESSAGE_BYTES = 2 ** 20;

/**
 * And when it has this share of what the bundle has sent, so that a bundle of any size has few messages: Flink's runner holds 100
 * of a bundle, and once these are full it waits for the bundle's end, which waits for them. (Seen with 200 MB from one bundle.)
 */
const SHARE_OF_SENT = 1 / 8;

/** Sends elements to the runner. */
export class SinkOperator implements IOperator {
  readonly endpoint: string;
  private readonly coder: Coder<WindowedValue<unknown>>;
  private writer = new Writer();
  private sent = 0;
  private failure: unknown;

  constructor(
    readonly transformId: string,
    transform: PTransform,
    private readonly context: OperatorContext,
    private readonly senderTo: (endpoint: string) => DataSender,
  ) {
    const port = RemoteGrpcPort.fromBinary(transform.spec!.payload);
    this.endpoint = port.apiServiceDescriptor?.url ?? "";
    this.coder = context.pipelineContext.getCoder(port.coderId);
  }

  async startBundle(): Promise<void> {
    this.writer = new Writer();
    this.sent = 0;
    this.failure = undefined;
  }

  process(element: WindowedValue<unknown>): ProcessResult {
    try {
      this.coder.encode(element, this.writer, Context.needsDelimiters);
    } catch (error) {
      // Half of an element is in the buffer: nothing of it may be sent, even if the DoFn goes on.
      this.failure ??= error;
      throw error;
    }
    const enough = Math.max(MESSAGE_BYTES, SHARE_OF_SENT * this.sent);
    return this.writer.len >= enough ? this.send(false) : NonPromise;
  }

  async finishBundle(): Promise<void> {
    await this.send(true);
  }

  /** Sends what is buffered. The buffer is a new one before anything is awaited: what is emitted meanwhile goes there. */
  private send(isLast: boolean): ProcessResult {
    if (this.failure !== undefined) throw this.failure as Error;
    const { writer } = this;
    this.writer = new Writer();
    this.sent += writer.len;
    const sender = this.senderTo(this.endpoint);
    return sender.send(this.context.getBundleId(), this.transformId, writer.finish(), isLast) ?? NonPromise;
  }
}
