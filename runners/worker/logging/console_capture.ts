// In a process that is a worker and nothing else, what is written to the console goes to the runner's log.
import { format } from "node:util";
import { Severity, type LogChannel } from "./log_channel";

const SEVERITIES = {
  trace: Severity.TRACE,
  debug: Severity.DEBUG,
  log: Severity.INFO,
  info: Severity.INFO,
  warn: Severity.WARN,
  error: Severity.ERROR,
} as const;

/**
 * Sends what is written to the console to a log instead.
 * @returns a function that gives the console back
 */
/* eslint-disable no-console -- it is the console that is captured */
export function captureConsole(log: LogChannel): () => void {
  const methods = Object.keys(SEVERITIES) as (keyof typeof SEVERITIES)[];
  const originals = { ...console };
  for (const method of methods) {
    console[method] = (...parts: unknown[]): void => log.log(SEVERITIES[method], format(...parts));
  }
  return () => {
    Object.assign(console, originals);
  };
}
