// Elements that are processed without ever waiting must not keep a worker from hearing its runner.

/** After this many milliseconds the others have their turn: streams, timers, signals. */
const TURN_MS = 50;
let turnStarted = performance.now();

/** A promise when it is time to let others have their turn. */
export function giveTurn(): Promise<void> | undefined {
  if (performance.now() - turnStarted < TURN_MS) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      turnStarted = performance.now();
      resolve();
    });
  });
}
