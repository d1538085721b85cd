// The limit on failures that turns too many of them into a failed job.
import { failureSummary, type Failure } from "./failure";

/** Most failures that a job may have: a number of lines, or a percentage of the lines read. */
export type MaxFailures = { lines: number } | { percent: number };

/** How many failures an error shows. */
export const EXAMPLES = 3;

/** Reads `N` or `P%`; undefined when it is neither. */
export function parseMaxFailures(text: string): MaxFailures | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (percent) return value <= 100 ? { percent: value } : undefined;
  return Number.isInteger(value) ? { lines: value } : undefined;
}

/** Whether so many failures among so many lines are too many. */
export function isExceeded(limit: MaxFailures, failures: number, lines: number): boolean {
  return "lines" in limit ? failures > limit.lines : 100 * failures > limit.percent * lines;
}

/** More lines failed than were allowed; nothing was written. */
export class TooManyFailuresError extends Error {
  readonly code = "TOO_MANY_FAILURES";

  constructor(limit: MaxFailures, failures: number, lines: number | undefined, examples: readonly Failure[]) {
    const allowed = "lines" in limit ? String(limit.lines) : `${limit.percent}%`;
    // Without the number of lines read the job stopped on the way, and there may have been more.
    const many = `${failures} ${failures === 1 ? "line" : "lines"}`;
    const count = lines === undefined ? `at least ${many}` : `${failures} of ${lines} lines`;
    const shown = examples.map((failure) => `\n  ${failureSummary(failure)}`).join("");
    super(
      `Too many failures: ${count} failed, more than --max_failures ${allowed} allows. ` +
        `The output was left as it was. Mend the input or allow more; for example:${shown}`,
    );
    this.name = "TooManyFailuresError";
  }
}
