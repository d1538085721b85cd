// A failure: something that is no record, or a record that the model can't take, with where it was and why.
import type { PredictionErrorKind } from "../models";
import type { UnreadableKind } from "../storage";

/** Why a record failed. */
export type FailureKind = UnreadableKind | PredictionErrorKind;

/** Where something was read. */
export interface Place {
  file: string;
  /** The number of its line or of its row, from 1, where it is known: a part of a large file does not know it. */
  line?: number;
  row?: number;
  /** The byte at which it starts, where it has such a place. */
  offset?: number;
}

/** Something that failed. */
export interface Failure extends Place {
  kind: FailureKind;
  /** The field at fault; empty for the record as a whole. */
  field?: string;
  reason: string;
  /** The record's JSON text, when it is one. */
  record?: string;
  /** What was read, cut, when it is no record. */
  content?: string;
}

/** A place, of which NaN stands for what is not known. */
export function placeOf(file: string, unit: "line" | "row", number: number, offset: number): Place {
  return {
    file,
    ...(Number.isNaN(number) ? {} : { [unit]: number }),
    ...(Number.isNaN(offset) ? {} : { offset }),
  };
}

/** A failure as one line of the errors output, JSON in which the record stands as it was read. */
export function failureLine({ record, ...rest }: Failure): string {
  const line = JSON.stringify(rest);
  return record === undefined ? line : `${line.slice(0, -1)},"record":${record}}`;
}

/** A failure in a few words. */
export function failureSummary({ file, line, row, offset, field, reason }: Failure): string {
  const number = line ?? row;
  const unit = file === "" ? "record" : row === undefined ? "line" : "row";
  const position = number === undefined ? `byte ${offset}` : `${unit} ${number}`;
  return `${file === "" ? "" : `${file}, `}${position}: ${field ? `${field} ` : ""}${reason}`;
}
