// Where the elements of a bundle go out: encoded into messages of about a megabyte, each element sent once.
import "../../../sdk";
import { Context, type Coder } from "apache-beam/coders/coders";
import { RemoteGrpcPort } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import type { WindowedValue } from "apache-beam/values";
import { NonPromise, type IOperator, type OperatorContext, type ProcessResult } from "apache-beam/worker/operators";
import { Writer } from "protobufjs";
import type { DataSender } from "./data_channels";
import type { MessageSize } from "./message_size";

/** The URN of the transform. */
export const SINK_URN = "beam:runner:sink:v1";

/** Where elements go, and in which messages. */
export interface SinkConnections {
  senderTo: (endpoint: string) => DataSender;
  messageSize: MessageSize;
}

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
    private readonly connections: SinkConnections,
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
    return this.writer.len >= this.connections.messageSize(this.sent) ? this.send(false) : NonPromise;
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
    const sender = this.connections.senderTo(this.endpoint);
    return sender.send(this.context.getBundleId(), this.transformId, writer.finish(), isLast) ?? NonPromise;
  }
}
