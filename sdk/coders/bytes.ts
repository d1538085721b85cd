// Bytes without a length before them, in and out of protobufjs' writers and readers.
import type { Reader, Writer } from "./coder";
import { ElementDecodingError } from "./errors";

type Operation<T> = (value: T, buffer: Uint8Array, at: number) => void;

/** Writers hold operations until they are finished. This one is not public, but the SDK itself depends on it. */
interface OperationWriter {
  _push<T>(operation: Operation<T>, length: number, value: T): void;
}

/** Has `length` bytes written by an operation when the writer is finished. */
export function writeWith<T>(writer: Writer, operation: Operation<T>, length: number, value: T): void {
  (writer as unknown as OperationWriter)._push(operation, length, value);
}

/** Writes bytes as they are. */
export function writeRaw(writer: Writer, bytes: Uint8Array): void {
  writeWith(writer, copyBytes, bytes.length, bytes);
}

function copyBytes(bytes: Uint8Array, buffer: Uint8Array, at: number): void {
  buffer.set(bytes, at);
}

/**
 * Goes past a number of bytes.
 * @returns where in the reader's buffer they begin
 * @throws ElementDecodingError when they are not there
 */
export function skip(reader: Reader, length: number): number {
  const start = reader.pos;
  if (length > reader.len - start)
    throw new ElementDecodingError(`The element ends ${length - (reader.len - start)} bytes early.`);
  reader.pos = start + length;
  return start;
}

/** Reads a number of bytes; what is given is a view of the reader's buffer. */
export function view(reader: Reader, length: number): Uint8Array {
  const { buf } = reader;
  return new Uint8Array(buf.buffer, buf.byteOffset + skip(reader, length), length);
}

/** Reads a number of bytes as a text; what is no UTF-8 becomes U+FFFD. */
export function utf8(reader: Reader, length: number): string {
  const { buf } = reader;
  const start = skip(reader, length);
  if (Buffer.isBuffer(buf)) return buf.toString("utf8", start, start + length);
  return Buffer.from(buf.buffer, buf.byteOffset + start, length).toString("utf8");
}
