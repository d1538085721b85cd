// Decimal numbers of any size, as texts: "-100.123". JavaScript has no type for them, and a double would round.
import { view } from "../bytes";
import { innerCoder } from "../coder";
import { ElementDecodingError, ElementEncodingError } from "../errors";
import { readVarint } from "../varint";

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number with so many zeros behind or before its digits is told with an exponent. */
const MAX_ZEROS = 30;

/** The scale (how many digits are behind the point) as a varint of 32 bits, then the digits as a whole number. */
export const decimal = innerCoder<unknown>({
  encode(value, writer) {
    const match = typeof value === "string" ? DECIMAL.exec(value) : null;
    if (match === null)
      throw new ElementEncodingError(`${JSON.stringify(value)} is no text of a decimal number.`);
    const [, sign, whole, fraction = "", exponent = "0"] = match;
    const scale = fraction.length - Number(exponent);
    if ((scale | 0) !== scale) throw new ElementEncodingError(`${String(value)} has too large an exponent.`);
    const digits = BigInt(whole + fraction);
    writer.uint32(scale);
    writer.bytes(bytesOf(sign === "-" ? -digits : digits));
  },
  decode(reader) {
    const scale = Number(BigInt.asIntN(32, BigInt(readVarint(reader))));
    return textOf(numberOf(view(reader, reader.uint32())), scale);
  },
});

/** Two's complement in as few bytes as hold it, the highest first. */
function bytesOf(value: bigint): Buffer {
  const bits = (value < 0n ? ~value : value).toString(2).length + 1;
  const size = Math.ceil(bits / 8);
  const digits = BigInt.asUintN(8 * size, value).toString(16);
  return Buffer.from(digits.padStart(2 * size, "0"), "hex");
}

function numberOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) throw new ElementDecodingError("A decimal number has no digits.");
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}

function textOf(number: bigint, scale: number): string {
  const digits = (number < 0n ? -number : number).toString();
  const sign = number < 0n ? "-" : "";
  if (scale === 0) return sign + digits;
  if (scale < 0 || scale > digits.length + MAX_ZEROS)
    return `${sign}${digits}E${scale < 0 ? "+" : ""}${-scale}`;
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
