// Avro's logical types: which of them a schema names, and the text of their values.

/** What a number or bytes stand for. Those that Avro does not define for the underlying type are ignored, as it asks. */
export type LogicalType =
  | { name: "decimal"; scale: number }
  | { name: "date" }
  | { name: "time"; digits: 3 | 6 }
  | { name: "timestamp"; digits: 3 | 6 | 9; zone: "Z" | "" }
  | { name: "uuid" }
  | { name: "duration" }
  /** Of this project: a string that is the JSON text of any value. */
  | { name: "json" };

/** Beyond this a decimal is no number that anybody uses, and converting it takes long. */
const MAX_PRECISION = 10_000;

const DIGITS = { millis: 3, micros: 6, nanos: 9 } as const;

/** The logical type of a schema over an underlying type (and the size of a fixed one), if it has one that is known. */
export function logicalTypeOf(
  schema: Readonly<Record<string, unknown>>,
  underlying: string,
  size?: number,
): LogicalType | undefined {
  const { logicalType, precision, scale = 0 } = schema;
  switch (`${String(logicalType)} ${underlying}`) {
    case "decimal bytes":
    case "decimal fixed": {
      const isDecimal =
        Number.isInteger(precision) &&
        Number.isInteger(scale) &&
        (scale as number) >= 0 &&
        (scale as number) <= (precision as number) &&
        (precision as number) <= MAX_PRECISION;
      return isDecimal ? { name: "decimal", scale: scale as number } : undefined;
    }
    case "date int":
      return { name: "date" };
    case "time-millis int":
      return { name: "time", digits: 3 };
    case "time-micros long":
      return { name: "time", digits: 6 };
    case "uuid fixed":
      return size === 16 ? { name: "uuid" } : undefined;
    case "duration fixed":
      return size === 12 ? { name: "duration" } : undefined;
    case "json string":
      return { name: "json" };
  }
  const [, local, unit] =
    /^(local-)?timestamp-(millis|micros|nanos) long$/.exec(`${String(logicalType)} ${underlying}`) ?? [];
  if (unit === undefined) return undefined;
  return {
    name: "timestamp",
    digits: DIGITS[unit as keyof typeof DIGITS],
    zone: local === undefined ? "Z" : "",
  };
}

/** The last moment that a Date can be, in seconds from 1970, and with another sign the first. */
const MAX_SECONDS = 8.64e12;
const DAY_SECONDS = 86_400;

/**
 * The ISO 8601 text of a date, time or timestamp, with all the digits that its type has (years behind 9999 as
 * `+010000`); undefined for one that no calendar holds.
 */
export function calendarText(type: LogicalType, value: number | bigint): string | undefined {
  if (type.name === "date") {
    const text = secondsText(Number(value) * DAY_SECONDS);
    return text?.slice(0, text.indexOf("T"));
  }
  if (type.name !== "time" && type.name !== "timestamp") return undefined;
  const { seconds, fraction } = divide(value, type.digits);
  const digits = String(fraction).padStart(type.digits, "0");
  if (type.name === "timestamp") {
    const text = secondsText(seconds);
    return text && `${text}.${digits}${type.zone}`;
  }
  if (seconds < 0 || seconds >= DAY_SECONDS) return undefined;
  return `${secondsText(seconds)?.slice(-"00:00:00".length)}.${digits}`;
}

/** Whole seconds, rounded down, and the rest of them. */
function divide(value: number | bigint, digits: number): { seconds: number; fraction: number } {
  if (typeof value === "bigint") {
    const per = 10n ** BigInt(digits);
    const fraction = ((value % per) + per) % per;
    return { seconds: Number((value - fraction) / per), fraction: Number(fraction) };
  }
  const per = 10 ** digits;
  // The rest first: it is exact, where a quotient may be rounded up to the next second.
  const fraction = ((value % per) + per) % per;
  return { seconds: (value - fraction) / per, fraction };
}

function secondsText(seconds: number): string | undefined {
  if (Math.abs(seconds) > MAX_SECONDS) return undefined;
  return new Date(seconds * 1000).toISOString().slice(0, -".000Z".length);
}

/** The digits of the decimal whose unscaled value is `bytes[from..to)`, big endian in two's complement. */
export function decimalText(bytes: Buffer, from: number, to: number, scale: number): string {
  let unscaled = to > from ? BigInt(`0x${bytes.toString("hex", from, to)}`) : 0n;
  if (to > from && bytes[from] >= 0x80) unscaled -= 1n << BigInt(8 * (to - from));
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return sign + (scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`);
}

/** The text of 16 bytes that are a UUID. */
export function uuidText(bytes: Buffer, from: number): string {
  const hex = bytes.toString("hex", from, from + 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The ISO 8601 text of 12 bytes that are months, days and milliseconds. */
export function durationText(bytes: Buffer, from: number): string {
  const [months, days, milliseconds] = [0, 4, 8].map((at) => bytes.readUInt32LE(from + at));
  const fraction = String(milliseconds % 1000).padStart(3, "0");
  return `P${months}M${days}DT${Math.floor(milliseconds / 1000)}.${fraction}S`;
}
