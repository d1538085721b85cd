// Tasks that run at the same time, not more of them than memory allows.

/** The first failure ends it: nothing is started after it, and it is what `start` and `finish` throw. */
export class InParallel {
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;

  constructor(private readonly limit: number) {}

  /** Starts a task, once fewer than `limit` are running. */
  async start(task: () => Promise<void>, limit: number = this.limit): Promise<void> {
    while (this.#running.size >= limit) await Promise.race(this.#running);
    this.#check();
    const running = task()
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when all are done. */
  async finish(): Promise<void> {
    await this.settle();
    this.#check();
  }

  /** Resolves when none runs any more, failed or not. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
