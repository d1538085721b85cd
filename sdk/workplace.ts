// What DoFns may know of where they run: a runner's worker says it before the first of them runs.

export interface Workplace {
  /** Whether all workers of the job are processes of one machine, as far as it is known. */
  readonly isOneMachine: boolean;
}

let known: Workplace = { isOneMachine: false };

/** Of a process of workers, which is of one runner. */
export function setWorkplace(facts: Workplace): void {
  known = facts;
}

export function workplace(): Workplace {
  return known;
}
