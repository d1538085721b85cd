// The SDK worker: what runs a pipeline's code for a runner that is not this process.
export { WorkerError } from "./errors";
export { WorkerPool, type WorkerPoolOptions } from "./pool";
export { Worker, type WorkerOptions } from "./worker";
export { workerCommand } from "./worker_command";
