// What our jobs want of Flink, in Beam's options: wherever Flink runs.

export const FLINK_JOB_OPTIONS = {
  /** What is handed from one of Flink's operators to the next is not changed by any: it need not be encoded and decoded to copy it. */
  faster_copy: true,
  /**
   * A stage begins when the one before it is over. Beam gives workers to the tasks of all stages in turn, as they open. Where all
   * stages open at once, the two tasks that read and predict got the same worker, and the other one nothing to do, in 4 runs of 13
   * on two cores. What is written to disk instead of being sent on costs no time that could be measured (1,000,000 and 10,000,000
   * records), and what fails is done again without the stages before.
   */
  execution_mode_for_batch: "BATCH",
};
