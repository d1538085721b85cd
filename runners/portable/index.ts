// What the runners behind job services share.
export { JobFailedError } from "./errors";
export { PortableRunner, type Engine } from "./portable_runner";
