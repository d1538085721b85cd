// A failure: a line that is no record, or a record that the model can't take, with where it was and why.
import type { PredictionErrorKind } from "../models";
import type { UnreadableKind } from "../storage";

/** Why a line failed. */
export type FailureKind = UnreadableKind | PredictionErrorKind;

/** The kinds of lines that are no records. */
export const UNREADABLE_KINDS = [
  "not_json",
  "not_utf8",
  "too_long",
] as const satisfies readonly UnreadableKind[];

/** A line that failed. */
export interface Failure {
  kind: FailureKind;
  /** Where it was read: the file, the number of its line (from 1) and the byte at which the line starts. */
  file: string;
  line: number;
  offset: number;
  /** The field at fault; empty for the record as a whole. */
  field?: string;
  reason: string;
  /** The record's JSON text, when it is one. */
  record?: string;
  /** The line, cut, when it is no record. */
  content?: string;
}

/** A failure as one line of the errors output, JSON in which the record stands as it was read. */
export function failureLine({ record, ...rest }: Failure): string {
  const line = JSON.stringify(rest);
  return record === undefined ? line : `${line.slice(0, -1)},"record":${record}}`;
}

/** A failure in a few words. */
export function failureSummary({ file, line, field, reason }: Failure): string {
  return `${file === "" ? "record" : `${file}, line`} ${line}: ${field ? `${field} ` : ""}${reason}`;
}
