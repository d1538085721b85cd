// What the log of a Java program has to tell when the program fails.
import { readFileSync } from "node:fs";

/** Lines that begin so say more than those around them. */
const TELLING = /^\[ERROR\]|^Exception in thread|^Caused by: |^Error: |\bERROR\b/;

/** The last line of an error in a log, or its last line; short, and ending in a full stop. */
export function lastError(log: string): string {
  const lines = readLines(log);
  const told = lines.filter((line) => TELLING.test(line) && line.length > "[ERROR] ".length);
  // Of Maven's errors the first says what happened, the others how to read on.
  const line =
    told.find((one) => one.startsWith("[ERROR]")) ?? told.at(-1) ?? lines.at(-1) ?? "it said nothing";
  const text = line.replace(/^\[ERROR\] /, "").slice(0, 500);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The last lines of a log, each indented. */
export function lastLines(log: string, count = 10): string {
  return readLines(log)
    .slice(-count)
    .map((line) => `\n  ${line.slice(0, 500)}`)
    .join("");
}

function readLines(log: string): string[] {
  try {
    return readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}
