// The job servers of the engines: built once, started for a job, gone after it.
export { buildJobServer } from "./build";
export { JobServerError, JobServerSetupError } from "./errors";
export { JobServer, type JobServerSettings } from "./job_server";
export { OPEN_PACKAGES, type JobServerProgram } from "./program";
