// What the runners behind job services share.
export { JobFailedError } from "./errors";
export { PortableRunner, type Engine, type Setup } from "./portable_runner";
export type { Waiting } from "./waiting";
