// The counts that account for every line and row of a job.
import type { PredictionErrorKind } from "../models";
import { UNREADABLE_KINDS, type UnreadableKind } from "../storage/formats/record_batch";
import { OUTCOMES } from "./blocks/prediction_block";

/**
 * What became of every record read. They add up:
 * `read` = `unreadable` + `duplicates` + `distinct`, and `distinct` = `predicted` + `null`.
 */
export interface JobCounts {
  /** Lines and rows read, without blank lines. */
  read: number;
  /** Lines of white space alone. */
  blank: number;
  /** Lines and rows that are no record, by kind. */
  unreadable: Record<UnreadableKind, number>;
  /** Records that are equal to one in the output. */
  duplicates: number;
  /** Records in the output. */
  distinct: number;
  /** Those of them that have a prediction. */
  predicted: number;
  /** Those of them whose prediction is `null`, by kind. */
  null: Record<PredictionErrorKind, number>;
  /** Lines in the errors output. */
  failures: number;
}

/** All zero. */
export function noCounts(): JobCounts {
  return {
    read: 0,
    blank: 0,
    unreadable: { not_json: 0, not_csv: 0, not_utf8: 0, too_long: 0 },
    duplicates: 0,
    distinct: 0,
    predicted: 0,
    null: { invalid_input: 0, model_error: 0, invalid_output: 0 },
    failures: 0,
  };
}

/** The sum of counts by kind. */
export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

const PREFIX = "job.";

/** The names of the metrics that carry the counts to whoever runs the job, on any runner. */
export const COUNT_METRICS: readonly string[] = [
  ...["read", "blank", "duplicates", "distinct", "predicted", "failures"],
  ...UNREADABLE_KINDS.map((kind) => `unreadable.${kind}`),
  ...OUTCOMES.slice(1).map((kind) => `null.${kind}`),
].map((name) => PREFIX + name);

/** Each count by the name of its metric. */
export function countsToMetrics(counts: JobCounts): Record<string, number> {
  const { unreadable, null: none, ...plain } = counts;
  const metrics: Record<string, number> = {};
  for (const [name, value] of Object.entries(plain)) metrics[PREFIX + name] = value;
  for (const [kind, value] of Object.entries(unreadable)) metrics[`${PREFIX}unreadable.${kind}`] = value;
  for (const [kind, value] of Object.entries(none)) metrics[`${PREFIX}null.${kind}`] = value;
  return metrics;
}

/** The counts that a job's metrics carry. */
export function countsFromMetrics(metrics: Readonly<Record<string, number>>): JobCounts {
  const counts = noCounts();
  for (const name of COUNT_METRICS) {
    const path = name.slice(PREFIX.length).split(".");
    const last = path.pop()!;
    const holder = path.reduce<Record<string, unknown>>(
      (part, key) => part[key] as Record<string, unknown>,
      counts as unknown as Record<string, unknown>,
    );
    holder[last] = metrics[name] ?? 0;
  }
  return counts;
}
