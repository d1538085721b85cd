// When a call to S3 is tried again, and after how long. The SDK's own strategy shares a budget of some 35 retries among
// all calls of a client, and waits three seconds in all: a store that restarts would end a job of many parallel calls.
import { setTimeout as sleep } from "node:timers/promises";

/** What the SDK tells of an error, as far as it matters here. */
interface RetryErrorInfo {
  error?: unknown;
  errorType: "TRANSIENT" | "THROTTLING" | "SERVER_ERROR" | "CLIENT_ERROR";
  retryAfterHint?: Date;
}

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

const BASE_MS = { TRANSIENT: 100, SERVER_ERROR: 100, THROTTLING: 500 };
const LONGEST_MS = 20_000;
const NOT_IMPLEMENTED = 501;

/** Exponential back-off with jitter; each call has its tries for itself. Eight tries take about 10 s, when throttled 45 s. */
export class Retries {
  readonly mode = "standard";

  constructor(private readonly attempts: number) {}

  async maxAttempts(): Promise<number> {
    return this.attempts;
  }

  async acquireInitialRetryToken(): Promise<RetryToken> {
    return token(0);
  }

  /** Waits, then gives leave for another try. @throws when there is none, which lets the call's own error out */
  async refreshRetryTokenForRetry(
    last: RetryToken,
    { error, errorType, retryAfterHint }: RetryErrorInfo,
  ): Promise<RetryToken> {
    const count = last.getRetryCount() + 1;
    const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata
      ?.httpStatusCode;
    if (errorType === "CLIENT_ERROR" || status === NOT_IMPLEMENTED || count >= this.attempts)
      throw new Error("no further try");
    const hint = retryAfterHint === undefined ? 0 : retryAfterHint.getTime() - Date.now();
    const backOff = BASE_MS[errorType] * 2 ** (count - 1) * (0.5 + Math.random() / 2);
    await sleep(Math.min(LONGEST_MS, Math.max(backOff, hint)));
    return token(count);
  }

  recordSuccess(): void {}
}

function token(count: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
