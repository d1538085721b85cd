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
import { RunnerOptionError, type EnvironmentType } from "../runner";

/** The URN and the payload of an environment. */
export type EnvironmentSpec = Pick<Environment, "urn" | "payload">;

const EXAMPLES: Readonly<Record<Exclude<EnvironmentType, "LOOPBACK">, string>> = {
  EXTERNAL: "the HOST:PORT of a worker pool",
  PROCESS: "the command of a worker, as it is on every machine",
  DOCKER: "the name of an image",
};

/**
 * Checks an environment's configuration.
 * @throws RunnerOptionError when it has none and needs one, or has one that nobody would read
 */
export function checkEnvironment(type: EnvironmentType, config: string | undefined): void {
  if (type === "LOOPBACK" && config !== undefined) {
    throw new RunnerOptionError("--environment_config is of other environments than LOOPBACK.");
  }
  if (type !== "LOOPBACK" && !config) {
    throw new RunnerOptionError(`The environment ${type} needs --environment_config: ${EXAMPLES[type]}.`);
  }
  if (type === "PROCESS") commandOf(config!);
}

/** The environment of workers in this process, or of those in the pool at an endpoint. */
export function externalEnvironment(endpoint: string): EnvironmentSpec {
  const url = { url: endpoint };
  return { urn: "beam:env:external:v1", payload: ExternalPayload.toBinary({ endpoint: url, params: {} }) };
}

/** An environment that is not this process. */
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
