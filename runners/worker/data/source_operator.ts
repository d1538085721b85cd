// Where the elements of a bundle come in: decoded one after the other, each processed before the next one begins.
import "../../../sdk";
import type { Coder } from "apache-beam/coders/coders";
import { Context } from "apache-beam/coders/coders";
import { FullWindowedValueCoder } from "apache-beam/coders/required_coders";
import {
  RemoteGrpcPort,
  type ProcessBundleSplitRequest_DesiredSplit,
  type ProcessBundleSplitResponse_ChannelSplit,
} from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import type { WindowedValue } from "apache-beam/values";
import { NonPromise, type IOperator, type OperatorContext, type Receiver } from "apache-beam/worker/operators";
import { Reader } from "protobufjs";
import { BadElementsError } from "../errors";
import { giveTurn } from "../turns";
import { splitPoint } from "./split_point";

/** A windowed value begins with its timestamp; then comes the count of its windows. */
const TIMESTAMP_BYTES = 8;

/** The URN of the transform. */
export const SOURCE_URN = "beam:runner:source:v1";

/** Takes a bundle's elements in. The bundle gives it what arrived; it never has an input inside the bundle. */
export class SourceOperator implements IOperator {
  readonly endpoint: string;
  private readonly coder: Coder<WindowedValue<unknown>>;
  private readonly receiver: Receiver;
  /** How many elements have begun. */
  private begun = 0;
  /** The elements from this index on were given back to the runner. */
  private end = Infinity;

  constructor(
    readonly transformId: string,
    transform: PTransform,
    context: OperatorContext,
  ) {
    const port = RemoteGrpcPort.fromBinary(transform.spec!.payload);
    this.endpoint = port.apiServiceDescriptor?.url ?? "";
    this.coder = context.pipelineContext.getCoder(port.coderId);
    const [output] = Object.values(transform.outputs);
    this.receiver = context.getReceiver(output);
  }

  /** The index of the element that was begun last; -1 before the first. */
  get readIndex(): number {
    return this.begun - 1;
  }

  async startBundle(): Promise<void> {
    this.begun = 0;
    this.end = Infinity;
  }

  process(): never {
    throw new Error("A source has no input.");
  }

  async finishBundle(): Promise<void> {}

  /** Processes elements as they came over the wire; resolves when the last of them has been processed. */
  async processEncoded(data: Uint8Array): Promise<void> {
    const reader = Reader.create(data);
    while (reader.pos < reader.len && this.begun < this.end) {
      const element = this.decode(reader);
      this.begun++;
      const result = this.receiver.receive(element);
      if (result !== NonPromise) await result;
      const turn = giveTurn();
      if (turn !== undefined) await turn;
    }
  }

  /** Gives the rest of the elements back to the runner from some point on, when there is one. */
  split(desired: ProcessBundleSplitRequest_DesiredSplit): ProcessBundleSplitResponse_ChannelSplit | undefined {
    const point = splitPoint(this.begun, this.end, desired);
    if (point === undefined) return undefined;
    this.end = point;
    return {
      transformId: this.transformId,
      lastPrimaryElement: BigInt(point - 1),
      firstResidualElement: BigInt(point),
    };
  }

  private decode(reader: Reader): WindowedValue<unknown> {
    const start = reader.pos;
    let element: WindowedValue<unknown>;
    this.checkWindowCount(reader);
    try {
      element = this.coder.decode(reader, Context.needsDelimiters);
    } catch (cause) {
      throw new BadElementsError(`Element ${this.begun} of ${this.transformId} can't be decoded.`, { cause });
    }
    // Not every coder looks where its bytes end.
    if (reader.pos > reader.len || reader.pos <= start) {
      throw new BadElementsError(`Element ${this.begun} of ${this.transformId} does not end where its bytes do.`);
    }
    return element;
  }

  /**
   * Refuses garbage that claims to be in millions of windows. A global window has no bytes, so the SDK's coder would
   * make them all before it misses any, and the process would die of it.
   */
  private checkWindowCount({ buf, pos, len }: Reader): void {
    if (!(this.coder instanceof FullWindowedValueCoder) || len - pos < TIMESTAMP_BYTES + 4) return;
    const count = Buffer.from(buf.buffer, buf.byteOffset, buf.byteLength).readInt32BE(pos + TIMESTAMP_BYTES);
    // Nobody writes the windows of an element without knowing how many they are, which a count below zero would mean.
    if (count > len - pos || count < 0) {
      throw new BadElementsError(`Element ${this.begun} of ${this.transformId} can't be in ${count} windows.`);
    }
  }
}
