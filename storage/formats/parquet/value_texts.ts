// How a value that Parquet stores becomes JSON text: by its physical type and what the schema says that it means.
import { doubleText, floatText } from "../../json/number_text";
import { isUtf8 } from "node:buffer";
import type { SchemaElement } from "hyparquet";
import { JsonCompactor } from "../../json/compact";
import { dateText, durationText, timestampText, timeText, unitsPerSecond } from "./time_texts";

/** Stands in a text for a string that is not UTF-8; no JSON text holds this character. */
export const NOT_UTF8 = "\0";

/** What was met while values were written. */
export interface Encounters {
  /** A string that is not UTF-8: some texts hold `NOT_UTF8` from here on. */
  notUtf8: boolean;
}

/** How the values of a column are written. */
export interface ValueWriter {
  /** The compact JSON text of a value as hyparquet's decoders give it. */
  text(value: unknown): string;
  /** Whether all texts are JSON strings, which the names of an object's members have to be. */
  isString: boolean;
}

/**
 * How the values of a leaf of the schema are written; undefined for one that has no type.
 *
 * Numbers keep every digit: integers and decimals never pass through a double. NaN is `null` and infinities are strings,
 * since JSON has no such numbers. Dates and times are ISO 8601 with all the digits of their unit.
 */
export function valueWriter(element: SchemaElement, met: Encounters): ValueWriter | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  const meaning = logical?.type ?? converted;
  if (meaning === "DECIMAL") {
    const scale = element.scale ?? (logical?.type === "DECIMAL" ? logical.scale : 0);
    return plain((value) => decimalText(integerOf(value), scale));
  }
  switch (type) {
    case "BOOLEAN":
      return plain((value) => (value ? "true" : "false"));
    case "INT32":
    case "INT64":
      return integers(element);
    case "INT96":
      // Only ever used for times: the Julian day above 64 bits of nanoseconds. Whether they are UTC is not known.
      return strings((value) => {
        const days = ((value as bigint) >> 64n) - 2440588n;
        return timestampText(
          days * 86_400_000_000_000n + BigInt.asUintN(64, value as bigint),
          1_000_000_000n,
          "",
        );
      });
    case "FLOAT":
      return plain((value) => floatText(value as number));
    case "DOUBLE":
      return plain((value) => doubleText(value as number));
    case "BYTE_ARRAY":
      if (meaning === undefined) return strings((value) => bytesText(value as Uint8Array));
      if (meaning === "JSON") return jsonWriter(met);
      if (meaning === "STRING" || meaning === "UTF8" || meaning === "ENUM") {
        return strings((value) => stringText(value as Uint8Array, met));
      }
      return strings((value) => base64Text(value as Uint8Array));
    case "FIXED_LEN_BYTE_ARRAY":
      // Of one column either all are readable text or none, so that equal-looking hashes don't change their form.
      if (meaning === "UUID") return strings((value) => uuidText(value as Uint8Array));
      // A half has so few digits that its exact value is short.
      if (meaning === "FLOAT16") return plain((value) => doubleText(halfOf(value as Uint8Array)));
      if (meaning === "INTERVAL") return strings((value) => durationText(value as Uint8Array));
      return strings((value) => base64Text(value as Uint8Array));
    case undefined:
      return undefined;
  }
}

function plain(text: (value: unknown) => string): ValueWriter {
  return { text, isString: false };
}

function strings(text: (value: unknown) => string): ValueWriter {
  return { text, isString: true };
}

function integers({ type, converted_type: converted, logical_type: logical }: SchemaElement): ValueWriter {
  if (logical?.type === "DATE" || converted === "DATE") {
    return strings((value) => `"${dateText(value as number)}"`);
  }
  // What has only the older annotation is UTC.
  const isTimestamp = logical?.type === "TIMESTAMP" || converted?.startsWith("TIMESTAMP_");
  if (isTimestamp || logical?.type === "TIME" || converted?.startsWith("TIME_")) {
    const known = logical?.type === "TIMESTAMP" || logical?.type === "TIME" ? logical : undefined;
    const units = unitsPerSecond(known?.unit ?? (converted?.endsWith("_MILLIS") ? "MILLIS" : "MICROS"));
    const zone = (known?.isAdjustedToUTC ?? true) ? "Z" : "";
    return isTimestamp
      ? strings((value) => timestampText(value as bigint, units, zone))
      : strings((value) => timeText(BigInt(value as number), units));
  }
  const unsigned =
    logical?.type === "INTEGER" ? !logical.isSigned : (converted?.startsWith("UINT_") ?? false);
  if (!unsigned) return plain(String);
  return type === "INT32"
    ? plain((value) => String((value as number) >>> 0))
    : plain((value) => String(BigInt.asUintN(64, value as bigint)));
}

/** An unscaled decimal: an integer, or the bytes of one, most significant first, in two's complement. */
function integerOf(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(value);
  const bytes = view(value as Uint8Array);
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function halfOf(bytes: Uint8Array): number {
  const bits = bytes[0] | (bytes[1] << 8);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function stringText(bytes: Uint8Array, met: Encounters): string {
  const text = view(bytes).toString("utf8");
  if (text.includes("\ufffd") && !isUtf8(bytes)) {
    met.notUtf8 = true;
    return `"${NOT_UTF8}"`;
  }
  return JSON.stringify(text);
}

/** Bytes of unknown meaning: old writers don't mark their strings as such. */
function bytesText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? JSON.stringify(view(bytes).toString("utf8")) : base64Text(bytes);
}

function base64Text(bytes: Uint8Array): string {
  return `"${view(bytes).toString("base64")}"`;
}

function uuidText(bytes: Uint8Array): string {
  return `"${view(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}"`;
}

/** JSON as it is, token by token; what is marked as JSON and is none is a string. */
function jsonWriter(met: Encounters): ValueWriter {
  const compactor = new JsonCompactor();
  let out = Buffer.allocUnsafeSlow(1 << 10);
  return plain((value) => {
    const bytes = value as Uint8Array;
    if (!isUtf8(bytes)) return stringText(bytes, met);
    if (out.length < bytes.length) out = Buffer.allocUnsafeSlow(2 * bytes.length);
    const end = compactor.compact(bytes, 0, bytes.length, out, 0);
    return end < 0 ? stringText(bytes, met) : out.toString("utf8", 0, end);
  });
}
