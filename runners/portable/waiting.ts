// Tells, once, why a job has not begun, as far as the log of its job server knows.
import { readFile } from "node:fs/promises";

/** How often the log is looked at: an idle cluster begins within ten seconds. */
const LOOK_MS = 30_000;

export interface Waiting {
  /** For a person: what may be wrong, and what to do. */
  readonly reason: string;
  /** It is said when the job has waited so long. */
  readonly afterSeconds: number;
}

/**
 * Looks now and then into a log until the job has begun or the reason has been told.
 * @param why reads a log; nothing when the job has begun
 * @returns what ends the looking
 */
export function watchBeginning(
  logFile: string,
  why: (log: string) => Waiting | undefined,
  tell: (text: string) => void,
): () => void {
  const started = performance.now();
  const look = async (): Promise<void> => {
    const waiting = why(await readFile(logFile, "utf8"));
    const seconds = Math.floor((performance.now() - started) / 1000);
    if (waiting !== undefined && seconds < waiting.afterSeconds) return;
    clearInterval(timer);
    if (waiting !== undefined) tell(`The job has not begun for ${seconds} s. ${waiting.reason}`);
  };
  // A log that is gone is that of a job server that has stopped, which is told elsewhere.
  const timer = setInterval(() => void look().catch(() => clearInterval(timer)), LOOK_MS);
  return () => clearInterval(timer);
}
