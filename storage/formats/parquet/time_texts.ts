// Dates and times of Parquet as ISO 8601 texts, computed on integers: JavaScript's Date ends at milliseconds.

const DAY_SECONDS = 86_400n;

/** Units of a time in a second. */
export function unitsPerSecond(unit: "MILLIS" | "MICROS" | "NANOS"): bigint {
  return unit === "MILLIS" ? 1_000n : unit === "MICROS" ? 1_000_000n : 1_000_000_000n;
}

/**
 * The date that is so many days after 1970-01-01, in the Gregorian calendar carried on to both sides (Howard Hinnant's
 * `civil_from_days`). Any 32-bit number of days is right; years beyond 0 to 9999 have a sign and six digits or more.
 */
export function dateText(days: number): string {
  const shifted = days + 719_468; // from 0000-03-01, so that the leap day is the last one of its year
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153); // 0 is March
  const day = dayOfYear - Math.floor((153 * march + 2) / 5) + 1;
  const month = march < 10 ? march + 3 : march - 9;
  return `${yearText(era * 400 + yearOfEra + (month <= 2 ? 1 : 0))}-${two(month)}-${two(day)}`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, "0");
  return (year < 0 ? "-" : "+") + String(Math.abs(year)).padStart(6, "0");
}

/** The JSON string of a time that is `value` units after 1970-01-01T00:00:00. */
export function timestampText(value: bigint, units: bigint, zone: "" | "Z"): string {
  const day = DAY_SECONDS * units;
  let ofDay = value % day;
  if (ofDay < 0n) ofDay += day;
  return `"${dateText(Number((value - ofDay) / day))}T${clock(ofDay, units)}${zone}"`;
}

/**
 * The JSON string of a time of day. It has no zone, whatever the file says: most writers mark times of day as UTC
 * without meaning it.
 */
export function timeText(value: bigint, units: bigint): string {
  return `"${clock(value, units)}"`;
}

function clock(value: bigint, units: bigint): string {
  const seconds = Number(value / units);
  const fraction = String(value % units).padStart(String(units).length - 1, "0");
  const minutes = Math.floor(seconds / 60);
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${fraction}`;
}

/** The JSON string of an interval: months, days and milliseconds, each 32 bits without a sign, little endian. */
export function durationText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [months, days, milliseconds] = [0, 4, 8].map((at) => view.getUint32(at, true));
  const fraction = String(milliseconds % 1000).padStart(3, "0");
  return `"P${months}M${days}DT${Math.floor(milliseconds / 1000)}.${fraction}S"`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
