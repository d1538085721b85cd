// What DoFns may know of where they run: a runner's worker says it before the first of them runs.

export interface Workplace {
  /** Whether all workers of the job are processes of one machine, as far as it is known. */
  readonly isOneMachine: boolean;
  /**
   * How many bytes a DoFn may keep from bundle to bundle of what it has given out: none where the output of a bundle that has ended
   * may be lost yet, so that the bundle runs again, elsewhere perhaps.
   */
  readonly keptBytes: number;
}

let known: Workplace = { isOneMachine: false, keptBytes: 0 };

/** Of a process of workers, which is of one runner. */
export function setWorkplace(facts: Workplace): void {
  known = facts;
}

export function workplace(): Workplace {
  return known;
}
