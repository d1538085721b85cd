// With which options of Node worker processes run; `worker.sh` of a worker bundle says the same.

/**
 * V8 counts buffers as part of its heap, which is small at first: 15 MB of objects, and a full collection after every
 * 40 MB of buffers or so, 50 of them a worker for 1,500,000 records. With room for 128 MB they are 5 to 7:
 * 4.9 µs of processor time a record become 3.9 on the direct runner, with 3,000,000 records and two
 * workers (Node 20; 22, 24 and 26 are alike), and all processes together take 530 MB instead of 450.
 */
const HEAP = "--initial-old-space-size=128";

/**
 * V8 of Node 20 compiles a function to its fastest form after it has run 66 KiB of its code: three quarters of them are called once a block
 * of records, and all their work is in calls that are fast already. Of 5.0 s of processor time for 10,000,000 records 1.0 went into that
 * compiling, to the last moment. With eight times as much it is 0.3, and the job takes 2.06 s instead of 2.38 (four times or sixteen times
 * as much: 2.10). Later versions have no such option, and need none: their wall times are those of Node 20 with it.
 */
const BUDGET = "--interrupt-budget=540672";
const LAST_WITH_BUDGET = 20;

/** For worker processes of Node of a major version. */
export function nodeOptionsOf(major: number): string[] {
  return major <= LAST_WITH_BUDGET ? [HEAP, BUDGET] : [HEAP];
}

/** For worker processes of the Node that runs this one. */
export const WORKER_NODE_OPTIONS: readonly string[] = nodeOptionsOf(Number.parseInt(process.versions.node));
