// What a finished job tells: the counts that account for every line, for people and for machines.
import { STANDARD_STREAM } from "./destination";
import { total, type JobCounts } from "../transforms/job_counts";

export interface Summary extends JobCounts {
  model: string;
  runner: string;
  output: string;
  errors: string;
  /** Wall time of the job, start-up of the process not counted. */
  seconds: number;
  records_per_second: number;
}

/** The counts with the time that they took. */
export function summarize(
  counts: JobCounts,
  job: Pick<Summary, "model" | "runner" | "output" | "errors">,
  seconds: number,
): Summary {
  return {
    ...job,
    ...counts,
    seconds: Number(seconds.toFixed(3)),
    records_per_second: Math.round(counts.read / seconds),
  };
}

/** The summary for a person: a few lines of text. */
export function summaryText(summary: Summary): string {
  const { read, blank, unreadable, duplicates, distinct, predicted, seconds, output, errors, failures } =
    summary;
  const number = (n: number): string => n.toLocaleString("en");
  const row = (label: string, value: number, note = ""): string =>
    `${label.padEnd(12)}${number(value).padStart(13)}${note}`;
  return [
    row("read", read, blank > 0 ? `  (and ${number(blank)} blank lines)` : ""),
    row("unreadable", total(unreadable), kinds(unreadable)),
    row("duplicates", duplicates),
    row("distinct", distinct),
    row("  predicted", predicted),
    row("  null", total(summary.null), kinds(summary.null)),
    `${number(summary.records_per_second)} records per second, ${seconds.toFixed(2)} s`,
    `predictions: ${output === STANDARD_STREAM ? "standard output" : output}`,
    ...(failures > 0
      ? [`${counted(failures, "failure")}: ${errors === STANDARD_STREAM ? "standard error" : errors}`]
      : []),
    ...(2 * (unreadable.not_json + unreadable.not_utf8) > read ? [NOT_JSON_LINES] : []),
  ].join("\n");
}

const NOT_JSON_LINES =
  "Most lines are not JSON. Another format is named by --input_format or the file's extension, gzip and zstd by .gz and .zst.";

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? what : `${what}s`}`;
}

function kinds(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.length === 0 ? "" : `  (${present.map(([kind, count]) => `${count} ${kind}`).join(", ")})`;
}
