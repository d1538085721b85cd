// The operator at the end of a stage: puts elements down in the files of a border.
import "../../../sdk";
import { Context, type Coder } from "apache-beam/coders/coders";
import { BytesCoder, FullWindowedValueCoder } from "apache-beam/coders/required_coders";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import type { KV, Window, WindowedValue } from "apache-beam/values";
import {
  NonPromise,
  type IOperator,
  type OperatorContext,
  type ProcessResult,
} from "apache-beam/worker/operators";
import { Writer } from "protobufjs";
import type { SegmentWriter } from "../files/segments";
import type { Border } from "../plan/borders";
import { hashOf } from "./key_hash";

const NOTHING = new Uint8Array();

/** Encodes an element as the entry, or entries, that it is in the border, and adds them. */
type Put = (element: WindowedValue<unknown>, writer: SegmentWriter) => void;

export class BorderOperator implements IOperator {
  private readonly put: Put;
  private writer: SegmentWriter | undefined;

  /** @param open opens the files of the bundle that begins */
  constructor(
    readonly transformId: string,
    { spec }: PTransform,
    context: OperatorContext,
    partitions: number,
    private readonly open: (border: Border) => SegmentWriter,
  ) {
    this.border = JSON.parse(Buffer.from(spec!.payload).toString()) as Border;
    this.put = putterOf(this.border, context, partitions);
  }

  private readonly border: Border;

  async startBundle(): Promise<void> {
    this.writer = this.open(this.border);
  }

  process(element: WindowedValue<unknown>): ProcessResult {
    this.put(element, this.writer!);
    return NonPromise;
  }

  async finishBundle(): Promise<void> {}
}

function putterOf(border: Border, { descriptor, pipelineContext }: OperatorContext, partitions: number): Put {
  const { coderId, windowingStrategyId } = descriptor.pcollections[border.pcollection];
  const windowCoder = pipelineContext.getCoder<Window>(
    descriptor.windowingStrategies[windowingStrategyId].windowCoderId,
  );
  switch (border.kind) {
    case "group": {
      const [keyCoder, valueCoder] = descriptor.coders[coderId].componentCoderIds.map((id) =>
        pipelineContext.getCoder<unknown>(id),
      );
      const encodeValue = encoderOf(valueCoder);
      return ({ value, windows }, writer) => {
        const kv = value as KV<unknown, unknown>;
        const key = encode(keyCoder, kv.key);
        const encoded = encodeValue(kv.value);
        const partition = hashOf(key, 0, key.length) % partitions;
        for (const window of windows) writer.add(partition, encode(windowCoder, window), key, encoded);
      };
    }
    case "main":
    case "spread": {
      const coder = new FullWindowedValueCoder(pipelineContext.getCoder<unknown>(coderId), windowCoder);
      let next = 0;
      return (element, writer) => writer.add(next++ % partitions, NOTHING, NOTHING, encode(coder, element));
    }
    case "side": {
      const coder = pipelineContext.getCoder<unknown>(coderId);
      // As they follow each other in the side input.
      return ({ value, windows }, writer) => {
        const encoded = encode(coder, value, Context.needsDelimiters);
        for (const window of windows)
          writer.add(0, encode(windowCoder, window, Context.needsDelimiters), NOTHING, encoded);
      };
    }
  }
}

/** What turns the values of a coder into bytes. Bytes are what they are: nothing is copied. */
function encoderOf(coder: Coder<unknown>): (value: unknown) => Uint8Array {
  return coder instanceof BytesCoder ? (value) => value as Uint8Array : (value) => encode(coder, value);
}

function encode<T>(coder: Coder<T>, value: T, context = Context.wholeStream): Uint8Array {
  const writer = new Writer();
  coder.encode(value, writer, context);
  return writer.finish();
}
