// What DoFns may know of where they run: a runner's worker says it before the first of them runs.

export interface Workplace {
  /** Whether all workers of the job are processes of one machine, as far as it is known. */
  readonly isOneMachine: boolean;
  /**
   * How many bytes a DoFn may keep from bundle to bundle of what it has given out: none where the output of a bundle that has ended
   * may be lost yet, so that the bundle runs again, elsewhere perhaps.
   */
  readonly keptBytes: number;
  /** What DoFns of different workers can tell each other, where keptBytes is more than 0. */
  readonly notes?: Notes;
}

/**
 * What a bundle that is done has left for those that begin later. They are a help, no more: whoever reads them may get none, or not all of
 * them.
 */
export interface Notes {
  /** Leaves a note under a topic. It is forgotten when the bundle under way fails. */
  leave(topic: string, note: Uint8Array): void;
  /** The notes of a topic that other workers have left, each once. */
  take(topic: string): Iterable<Uint8Array>;
}

let known: Workplace = { isOneMachine: false, keptBytes: 0 };

/** Of a process of workers, which is of one runner. */
export function setWorkplace(facts: Workplace): void {
  known = facts;
}

export function workplace(): Workplace {
  return known;
}
