// With which options of Node worker processes run; `worker.sh` of a worker bundle says the same.

/**
 * V8 counts buffers as part of its heap, which is small at first: 15 MB of objects, and a full collection after every
 * 40 MB of buffers or so, 50 of them a worker for 1,500,000 records. With room for 128 MB they are 5 to 7:
 * 4.9 µs of processor time a record become 3.9 on the direct runner, with 3,000,000 records and two
 * workers (Node 20; 22, 24 and 26 are alike), and all processes together take 530 MB instead of 450.
 */
export const WORKER_NODE_OPTIONS: readonly string[] = ["--initial-old-space-size=128"];
