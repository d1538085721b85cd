// Turns a schema into functions that write the JSON text of Avro's binary values: no object is made on the way.
import { doubleText, floatText } from "../../json/number_text";
import { isUtf8 } from "node:buffer";
import { JsonCompactor } from "../../json/compact";
import type { Cursor } from "./cursor";
import { checkCount, DamageError } from "./damage";
import { calendarText, decimalText, durationText, uuidText, type LogicalType } from "./logical_types";
import type { AvroRecord, AvroType } from "./schema";
import type { TextBuffer } from "./text_buffer";

/** Reads one value and writes its text. */
export type WriteValue = (input: Cursor, out: TextBuffer) => void;

/** Values nested deeper would overflow the stack. Records far less deep are refused one by one, as everywhere. */
const MAX_DEPTH = 1000;
/** A decimal of more bytes is damage: converting takes time by the square of its length. */
const MAX_DECIMAL_BYTES = 1 << 13;

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The function that writes values of a type. Numbers keep every digit; a float is the shortest text that reads back as the same float. NaN is
 * null, the infinities are strings. Bytes are the string that they are the UTF-8 of, else base64. A union is the value
 * alone. Strings are not checked to be UTF-8: whoever takes the record does.
 */
export function compileType(type: AvroType): WriteValue {
  return new Compiler().compile(type);
}

class Compiler {
  /** Records hold themselves, through fields that may be null. */
  private readonly records = new Map<AvroRecord, WriteValue>();

  compile(type: AvroType): WriteValue {
    switch (type.kind) {
      case "null":
        return (_, out) => out.addAscii("null");
      case "boolean":
        return writeBoolean;
      case "int":
      case "long":
        return type.logical === undefined ? writeLong : writeCalendar(type.logical);
      case "float":
        return (input, out) => out.addAscii(floatText(input.bytes.readFloatLE(input.take(4))));
      case "double":
        return (input, out) => out.addAscii(doubleText(input.bytes.readDoubleLE(input.take(8))));
      case "string":
        return type.logical?.name === "json" ? writeJson() : writeString;
      case "bytes":
        return writeBytes((input) => input.natural("the length of bytes"), type.logical);
      case "fixed": {
        const { size } = type;
        return writeBytes(() => size, type.logical);
      }
      case "enum":
        return writeEnum(type.symbols);
      case "array":
        return writeArray(this.compile(type.items));
      case "map":
        return writeMap(this.compile(type.values));
      case "union":
        return writeUnion(type.types.map((one) => this.compile(one)));
      case "record":
        return this.record(type);
    }
  }

  private record(type: AvroRecord): WriteValue {
    const known = this.records.get(type);
    if (known !== undefined) return known;
    const names: Buffer[] = [];
    const values: WriteValue[] = [];
    const write: WriteValue = (input, out) => {
      enter(input);
      for (let i = 0; i < values.length; i++) {
        out.addBytes(names[i]);
        values[i](input, out);
      }
      out.addAscii(values.length === 0 ? "{}" : "}");
      input.depth--;
    };
    this.records.set(type, write);
    type.fields.forEach((field, i) => {
      names.push(Buffer.from(`${i === 0 ? "{" : ","}${JSON.stringify(field.name)}:`));
      values.push(this.compile(field.type));
    });
    return write;
  }
}

const writeLong: WriteValue = (input, out) => out.addInteger(input.long());

const writeBoolean: WriteValue = (input, out) => {
  const byte = input.byte();
  if (byte > 1) throw new DamageError(`a boolean is ${byte}`);
  out.addAscii(byte === 1 ? "true" : "false");
};

const writeString: WriteValue = (input, out) => {
  const length = input.natural("the length of a string");
  const from = input.take(length);
  out.addString(input.bytes, from, from + length);
};

/** A moment that no calendar holds is left as the number that it is. */
function writeCalendar(type: LogicalType): WriteValue {
  return (input, out) => {
    const value = input.long();
    const text = calendarText(type, value);
    if (text === undefined) out.addInteger(value);
    else out.addAscii(`"${text}"`);
  };
}

/** A string that is a JSON text, as this project writes them; one that is not is a string like others. */
function writeJson(): WriteValue {
  const compactor = new JsonCompactor();
  return (input, out) => {
    const length = input.natural("the length of a string");
    const from = input.take(length);
    out.reserve(length);
    const end = compactor.compact(input.bytes, from, from + length, out.bytes, out.size);
    if (end >= 0) out.size = end;
    else out.addString(input.bytes, from, from + length);
  };
}

function writeBytes(lengthOf: (input: Cursor) => number, logical?: LogicalType): WriteValue {
  return (input, out) => {
    const length = lengthOf(input);
    const from = input.take(length);
    const { bytes } = input;
    const to = from + length;
    if (logical?.name === "decimal") {
      if (length > MAX_DECIMAL_BYTES) throw new DamageError(`a decimal has ${length} bytes`);
      out.addAscii(decimalText(bytes, from, to, logical.scale));
    } else if (logical?.name === "uuid") {
      out.addAscii(`"${uuidText(bytes, from)}"`);
    } else if (logical?.name === "duration") {
      out.addAscii(`"${durationText(bytes, from)}"`);
    } else if (isUtf8(bytes.subarray(from, to))) {
      out.addString(bytes, from, to);
    } else {
      const base64 = Buffer.from(bytes.toString("base64", from, to), "latin1");
      out.addString(base64, 0, base64.length);
    }
  };
}

function writeEnum(symbols: readonly string[]): WriteValue {
  const texts = symbols.map((symbol) => Buffer.from(JSON.stringify(symbol)));
  return (input, out) => {
    const index = input.natural("the index of a symbol");
    if (index >= texts.length) throw new DamageError(`symbol ${index} of an enum has ${texts.length}`);
    out.addBytes(texts[index]);
  };
}

function writeUnion(writers: readonly WriteValue[]): WriteValue {
  return (input, out) => {
    const index = input.natural("the index of a union's branch");
    if (index >= writers.length) throw new DamageError(`branch ${index} of a union has ${writers.length}`);
    writers[index](input, out);
  };
}

function writeArray(writeItem: WriteValue): WriteValue {
  return (input, out) => {
    enter(input);
    addByte(out, OPEN_BRACKET);
    let first = true;
    for (let count = input.itemCount(); count > 0; count = input.itemCount()) {
      checkCount(count, input.remaining, "items of an array");
      for (let i = 0; i < count; i++) {
        if (!first) addByte(out, COMMA);
        first = false;
        writeItem(input, out);
      }
    }
    addByte(out, CLOSE_BRACKET);
    input.depth--;
  };
}

function writeMap(writeItem: WriteValue): WriteValue {
  return (input, out) => {
    enter(input);
    out.addAscii("{");
    let first = true;
    for (let count = input.itemCount(); count > 0; count = input.itemCount()) {
      checkCount(count, input.remaining, "entries of a map");
      for (let i = 0; i < count; i++) {
        if (!first) addByte(out, COMMA);
        first = false;
        writeString(input, out);
        out.addAscii(":");
        writeItem(input, out);
      }
    }
    out.addAscii("}");
    input.depth--;
  };
}

function addByte(out: TextBuffer, byte: number): void {
  out.reserve(1);
  out.bytes[out.size++] = byte;
}

function enter(input: Cursor): void {
  if (++input.depth > MAX_DEPTH) throw new DamageError(`a record is nested deeper than ${MAX_DEPTH} levels`);
}
