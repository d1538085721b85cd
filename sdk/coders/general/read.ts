// Reads the JavaScript values that write.ts has written.
import { utf8, view } from "../bytes";
import type { Reader } from "../coder";
import { double } from "../double_coder";
import { ElementDecodingError } from "../errors";
import { instant } from "../instant";
import { readVarint } from "../varint";
import { BUFFER_NAMES, BUFFERS, Tag } from "./tag";

type BufferType = new (buffer: ArrayBufferLike) => ArrayBufferView;

/** @throws ElementDecodingError, or protobufjs' RangeError, when the bytes are none of a value */
export function readValue(reader: Reader): unknown {
  const tag = reader.uint32();
  switch (tag) {
    case Tag.null:
      return null;
    case Tag.undefined:
      return undefined;
    case Tag.false:
      return false;
    case Tag.true:
      return true;
    case Tag.natural:
      return readVarint(reader);
    case Tag.negative:
      return -1 - Number(readVarint(reader));
    case Tag.double:
      return double.decode(reader, undefined!);
    case Tag.bigNatural:
      return readBigInt(reader);
    case Tag.bigNegative:
      return -readBigInt(reader);
    case Tag.utf8:
    case Tag.utf16:
      return readText(reader, tag);
    case Tag.date:
      return new Date(double.decode(reader, undefined!));
    case Tag.buffer:
      return readBuffer(reader);
    case Tag.array:
      return readArray(reader);
    case Tag.object:
      return readMembers(reader, {});
    case Tag.bareObject:
      return readMembers(reader, Object.create(null) as object);
    case Tag.map:
      return readMap(reader);
    case Tag.set:
      return readSet(reader);
    case Tag.long:
      return instant.decode(reader, undefined!);
    case Tag.unsignedLong:
      return instant.decode(reader, undefined!).toUnsigned();
    default:
      throw new ElementDecodingError(`No value begins with ${tag}.`);
  }
}

function readBigInt(reader: Reader): bigint {
  return BigInt(`0x${Buffer.from(view(reader, reader.uint32())).toString("hex")}`);
}

function readText(reader: Reader, tag: number): string {
  const length = reader.uint32();
  return tag === Tag.utf8 ? utf8(reader, length) : Buffer.from(view(reader, length)).toString("utf16le");
}

function readBuffer(reader: Reader): ArrayBufferView | ArrayBuffer {
  const name = BUFFER_NAMES.at(reader.uint32());
  if (name === undefined) throw new ElementDecodingError("No buffer is of this kind.");
  // A copy, since numbers must begin where their size divides the place.
  const { buffer } = view(reader, reader.uint32()).slice();
  if (name === "Buffer") return Buffer.from(buffer);
  if (name === "ArrayBuffer") return buffer;
  return new (BUFFERS[name] as BufferType)(buffer);
}

function readArray(reader: Reader): unknown[] {
  const length = reader.uint32();
  const array: unknown[] = [];
  for (let i = 0; i < length; i++) {
    if (reader.buf[reader.pos] !== Tag.hole) array.push(readValue(reader));
    else {
      reader.pos++;
      array.length++;
    }
  }
  return array;
}

function readMembers(reader: Reader, object: object): object {
  for (let left = reader.uint32(); left > 0; left--) {
    const key = readText(reader, reader.uint32());
    const value = readValue(reader);
    // Assigned, it would become the prototype.
    if (key === "__proto__")
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    else (object as Record<string, unknown>)[key] = value;
  }
  return object;
}

function readMap(reader: Reader): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let left = reader.uint32(); left > 0; left--) {
    const key = readValue(reader);
    map.set(key, readValue(reader));
  }
  return map;
}

function readSet(reader: Reader): Set<unknown> {
  const set = new Set<unknown>();
  for (let left = reader.uint32(); left > 0; left--) set.add(readValue(reader));
  return set;
}
