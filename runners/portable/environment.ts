// Where the code of a pipeline runs, as the engine is told.
import "../../sdk";
import { TYPESCRIPT_DEFAULT_ENVIRONMENT_URN } from "apache-beam/internal/environments";
import {
  DockerPayload,
  ExternalPayload,
  ProcessPayload,
  type Environment,
  type Pipeline,
} from "apache-beam/proto/beam_runner_api";
import { RunnerOptionError, type EnvironmentType, type RunnerOptions } from "../runner";

/** The URN and the payload of an environment. */
export type EnvironmentSpec = Pick<Environment, "urn" | "payload">;

/**
 * Checks what is said about an environment.
 * @throws RunnerOptionError when it lacks something, or has something that nobody would read
 */
export function checkEnvironment({
  environmentType: type,
  environmentConfig: config,
  ...options
}: RunnerOptions): void {
  if (type === "LOOPBACK" && options.sdkWorkerParallelism !== undefined) {
    throw new RunnerOptionError("LOOPBACK is this one process: leave it or --sdk_worker_parallelism out.");
  }
  if (config !== undefined && (type === undefined || type === "LOOPBACK")) {
    throw new RunnerOptionError(
      "--environment_config is of the environments EXTERNAL, PROCESS and DOCKER: say which by --environment_type.",
    );
  }
  if (type === "DOCKER" && !config) {
    throw new RunnerOptionError("The environment DOCKER needs --environment_config: the name of an image.");
  }
  if (type === "EXTERNAL" && config !== undefined && !/^[^\s/]+:\d+$/.test(config)) {
    throw new RunnerOptionError(
      "The --environment_config of EXTERNAL must be the HOST:PORT of a worker pool.",
    );
  }
  if (type === "PROCESS" && config !== undefined) commandOf(config);
}

/** The environment of workers in this process, or of those in the pool at an endpoint. */
export function externalEnvironment(endpoint: string): EnvironmentSpec {
  const url = { url: endpoint };
  return { urn: "beam:env:external:v1", payload: ExternalPayload.toBinary({ endpoint: url, params: {} }) };
}

/** An environment that is started by others than this process. */
export function otherEnvironment(
  type: Exclude<EnvironmentType, "LOOPBACK">,
  config: string,
): EnvironmentSpec {
  switch (type) {
    case "EXTERNAL":
      return externalEnvironment(config);
    case "PROCESS": {
      const payload = ProcessPayload.toBinary({ os: "", arch: "", ...commandOf(config) });
      return { urn: "beam:env:process:v1", payload };
    }
    case "DOCKER":
      return { urn: "beam:env:docker:v1", payload: DockerPayload.toBinary({ containerImage: config }) };
  }
}

/** Puts an environment in the place of the SDK's own in a pipeline. */
export function setEnvironment(pipeline: Pipeline, spec: EnvironmentSpec): void {
  for (const environment of Object.values(pipeline.components?.environments ?? {})) {
    if (environment.urn === TYPESCRIPT_DEFAULT_ENVIRONMENT_URN) Object.assign(environment, spec);
  }
}

/** A command, alone or in JSON with the variables that it gets, as Beam's other SDKs take it. */
function commandOf(config: string): { command: string; env: Record<string, string> } {
  if (!config.startsWith("{")) return { command: config, env: {} };
  try {
    const { command, env = {} } = JSON.parse(config) as { command?: unknown; env?: Record<string, string> };
    if (typeof command === "string") return { command, env };
  } catch {
    // Told below.
  }
  throw new RunnerOptionError(
    'The --environment_config of PROCESS must be a command, or JSON: {"command": "...", "env": {"NAME": "..."}}.',
  );
}
