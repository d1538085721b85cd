// The base of our coders, which know how to turn an element into bytes, and the coders of plain JSON values and of bytes by number.
import { writeRaw } from "../../sdk";
import { Context, globalRegistry, type Coder } from "apache-beam/coders/coders";
import { BytesCoder as PlainBytesCoder, KVCoder } from "apache-beam/coders/required_coders";
import { VarIntCoder } from "apache-beam/coders/standard_coders";

type Writer = Parameters<Coder<unknown>["encode"]>[1];
type Reader = Parameters<Coder<unknown>["decode"]>[0];
type CoderProto = ReturnType<Coder<unknown>["toProto"]>;

/** A coder that is a URN and two functions; it writes a length first wherever another element may follow. */
export class BytesCoder<T> implements Coder<T> {
  /**
   * @param urn the coder's name in pipelines; workers find the coder by it
   * @param toBytes,fromBytes the element as bytes, and back; `fromBytes` may keep a view of what it is given
   */
  constructor(
    readonly urn: string,
    private readonly toBytes: (element: T) => Buffer,
    private readonly fromBytes: (bytes: Buffer) => T,
  ) {
    globalRegistry().registerConstructor(urn, () => this);
  }

  encode(element: T, writer: Writer, context: Context): void {
    const bytes = this.toBytes(element);
    if (context === Context.wholeStream) writeRaw(writer, bytes);
    else writer.bytes(bytes);
  }

  decode(reader: Reader, context: Context): T {
    const length = context === Context.wholeStream ? reader.len - reader.pos : reader.uint32();
    const { buffer, byteOffset } = reader.buf;
    const bytes = Buffer.from(buffer, byteOffset + reader.pos, length);
    reader.skip(length);
    return this.fromBytes(bytes);
  }

  toProto(): CoderProto {
    return { spec: { urn: this.urn, payload: new Uint8Array() }, componentCoderIds: [] };
  }
}

/**
 * The coder of what goes through a shuffle by number: bytes, which engines know. What has a coder of ours they would read to its
 * end, into an array that grows, which was a quarter of Java's time on Flink.
 */
export const keyedBytesCoder = new KVCoder<number, Uint8Array>(new VarIntCoder(), new PlainBytesCoder());

/**
 * A coder of plain JSON values, for what is known to be such: faster than the SDK's general one where there is much of it.
 */
export function jsonCoder<T>(): BytesCoder<T> {
  return JSON_CODER as unknown as BytesCoder<T>;
}

const JSON_CODER = new BytesCoder<unknown>(
  "beam-predict:coder:json:v1",
  (value) => Buffer.from(JSON.stringify(value)),
  (bytes) => JSON.parse(bytes.toString("utf8")) as unknown,
);
