// What the command line takes from here.
export { WorkerBundleError } from "./errors";
export { DEFAULT_PLATFORM, parsePlatform, type Platform } from "./platform";
export { writeWorkerBundle, type BundleProgress, type WorkerBundleOptions } from "./worker_bundle";
