// Work on one file that Ctrl-C and the like end: what is half done is removed, and the process ends as the signal would have it.

/**
 * Runs something that rejects when its signal is aborted, and has cleaned up by then.
 * @throws what it throws, when nobody has cancelled it
 */
export async function cancellable<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancelling = new AbortController();
  let status: number | undefined;
  const stopListening = Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }).map(([name, number]) => {
    const listener = (): void => {
      status = 128 + number;
      cancelling.abort(new Error(`Cancelled by ${name}.`));
    };
    process.once(name, listener);
    return () => process.removeListener(name, listener);
  });
  try {
    return await run(cancelling.signal);
  } catch (error) {
    if (status === undefined) throw error;
    process.stderr.write(`${(cancelling.signal.reason as Error).message} Nothing was written.\n`);
    process.exit(status);
  } finally {
    stopListening.forEach((stop) => stop());
  }
}
