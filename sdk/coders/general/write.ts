// Writes JavaScript values, and refuses those that would not come out as they went in.
import { types } from "node:util";
import type { Instant } from "apache-beam/values";
import { writeRaw } from "../bytes";
import type { Writer } from "../coder";
import { double } from "../double_coder";
import { instant } from "../instant";
import { writeVarint } from "../varint";
import { RefusedValue } from "./refused_value";
import { BUFFER_NAMES, Tag } from "./tag";

/** Deeper values are refused: they contain themselves, or the stack would not suffice. */
const MAX_DEPTH = 1000;

/**
 * Writes a value.
 * @throws RefusedValue that says which part of it can't be carried, and why
 */
export function writeValue(value: unknown, writer: Writer, depth = 0): void {
  switch (typeof value) {
    case "string":
      return writeText(value, writer);
    case "number":
      return writeNumber(value, writer);
    case "boolean":
      return tag(writer, value ? Tag.true : Tag.false);
    case "undefined":
      return tag(writer, Tag.undefined);
    case "bigint":
      return writeBigInt(value, writer);
    case "object":
      return value === null ? tag(writer, Tag.null) : writeObject(value, writer, depth);
    case "function":
      throw new RefusedValue(`a function ('${value.name}')`);
    case "symbol":
      throw new RefusedValue("a symbol");
  }
}

function tag(writer: Writer, number: number): void {
  writer.uint32(number);
}

function writeText(text: string, writer: Writer): void {
  const wellFormed = text.isWellFormed();
  tag(writer, wellFormed ? Tag.utf8 : Tag.utf16);
  if (wellFormed) writer.string(text);
  else writer.bytes(Buffer.from(text, "utf16le"));
}

function writeNumber(value: number, writer: Writer): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    tag(writer, Tag.double);
    double.encode(value, writer, undefined!);
  } else {
    tag(writer, value < 0 ? Tag.negative : Tag.natural);
    writeVarint(writer, value < 0 ? -1 - value : value);
  }
}

function writeBigInt(value: bigint, writer: Writer): void {
  tag(writer, value < 0n ? Tag.bigNegative : Tag.bigNatural);
  const digits = (value < 0n ? -value : value).toString(16);
  writer.bytes(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex"));
}

function writeObject(value: object, writer: Writer, depth: number): void {
  if (depth > MAX_DEPTH) throw new RefusedValue(`nested more than ${MAX_DEPTH} deep; it may contain itself`);
  const ancestors = ancestorsOf(value);
  if (Array.isArray(value) && ancestors === 2) writeArray(value, writer, depth);
  else if (isPlain(value, ancestors))
    writeMembers(value as Record<string, unknown>, writer, depth, ancestors === 0);
  else if (types.isDate(value) && ancestors === 2) {
    tag(writer, Tag.date);
    double.encode(value.getTime(), writer, undefined!);
  } else if (types.isMap(value) && ancestors === 2) writeMap(value, writer, depth);
  else if (types.isSet(value) && ancestors === 2) writeSet(value, writer, depth);
  else if (ArrayBuffer.isView(value) || types.isArrayBuffer(value)) writeBuffer(value, writer, ancestors);
  else if (isLong(value)) {
    tag(writer, value.unsigned ? Tag.unsignedLong : Tag.long);
    instant.encode(value, writer, undefined!);
  } else throw new RefusedValue(describe(value));
}

/** How many prototypes an object has behind it. Each realm (a test's sandbox, a VM) has others, but as many. */
function ancestorsOf(value: object): number {
  let count = 0;
  for (
    let at = Object.getPrototypeOf(value) as object | null;
    at !== null;
    at = Object.getPrototypeOf(at) as object | null
  )
    count++;
  return count;
}

/** Whether an object is `{...}` or has no prototype, rather than an instance of something. */
function isPlain(value: object, ancestors: number): boolean {
  if (ancestors === 0) return true;
  return ancestors === 1 && Object.hasOwn(Object.getPrototypeOf(value) as object, "hasOwnProperty");
}

function writeArray(array: readonly unknown[], writer: Writer, depth: number): void {
  tag(writer, Tag.array);
  writer.uint32(array.length);
  let i = 0;
  try {
    for (; i < array.length; i++) {
      if (array[i] === undefined && !(i in array)) tag(writer, Tag.hole);
      else writeValue(array[i], writer, depth + 1);
    }
  } catch (error) {
    throw RefusedValue.under(i, error);
  }
}

function writeMembers(object: Record<string, unknown>, writer: Writer, depth: number, bare: boolean): void {
  if (Object.getOwnPropertySymbols(object).length > 0)
    throw new RefusedValue("an object with symbols for keys");
  const keys = Object.keys(object);
  tag(writer, bare ? Tag.bareObject : Tag.object);
  writer.uint32(keys.length);
  let at = "";
  try {
    for (const key of keys) {
      at = key;
      writeText(key, writer);
      writeValue(object[key], writer, depth + 1);
    }
  } catch (error) {
    throw RefusedValue.under(at, error);
  }
}

function writeMap(map: ReadonlyMap<unknown, unknown>, writer: Writer, depth: number): void {
  tag(writer, Tag.map);
  writer.uint32(map.size);
  let i = 0;
  try {
    for (const [key, value] of map) {
      writeValue(key, writer, depth + 1);
      writeValue(value, writer, depth + 1);
      i++;
    }
  } catch (error) {
    throw RefusedValue.under(i, error);
  }
}

function writeSet(set: ReadonlySet<unknown>, writer: Writer, depth: number): void {
  tag(writer, Tag.set);
  writer.uint32(set.size);
  let i = 0;
  try {
    for (const member of set) {
      writeValue(member, writer, depth + 1);
      i++;
    }
  } catch (error) {
    throw RefusedValue.under(i, error);
  }
}

function writeBuffer(value: ArrayBufferView | ArrayBuffer, writer: Writer, ancestors: number): void {
  const name = Buffer.isBuffer(value)
    ? "Buffer"
    : Object.prototype.toString.call(value).slice("[object ".length, -1);
  const index = BUFFER_NAMES.indexOf(name as (typeof BUFFER_NAMES)[number]);
  const expected = name === "Buffer" ? 4 : types.isTypedArray(value) ? 3 : 2;
  if (index < 0 || ancestors !== expected) throw new RefusedValue(describe(value));
  const view = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  tag(writer, Tag.buffer);
  writer.uint32(index).uint32(view.length);
  writeRaw(writer, view);
}

function isLong(value: object): value is Instant {
  return "__isLong__" in value && value.__isLong__ === true;
}

/** Says of an object what it is. */
function describe(value: object): string {
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" ? "an instance of a class" : `an instance of ${name}`;
}
